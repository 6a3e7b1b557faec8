import { registeredFeatures, retireFeature } from '@neartime/settling';
import { Failure } from '../failure.ts';
import { openCatalogue } from '../places/open-place.ts';
import { changedPlace } from '../places/place.ts';
import { print } from './print.ts';

export async function retireCommand(name: string, flags: { readonly cassandra: string }): Promise<void> {
  await using opened = await openCatalogue(changedPlace('retire', flags));
  if (await retireFeature(opened.port, name))
    return print(`${name} is retired: no window waits for it; starting its processor takes it up again`);
  const names = (await registeredFeatures(opened.port)).map((feature) => feature.name).join(', ') || 'none';
  throw new Failure(`${name} is not computed in this keyspace; there are ${names}`);
}
