import type { Feature } from '@neartime/engines';
import { entityFields, topics } from '@neartime/schemas';
import { registered } from './options.ts';
import { print, printJson, table } from './print.ts';

/** What there is to say of a feature in a list of all. */
export const described = ({ name, entity, engine, engineName, eventNames, valueField }: Feature) => ({
  feature: name,
  entity,
  id: entityFields[entity],
  engine: engineName,
  events: eventNames ?? 'all',
  input: valueField ?? null,
  columns: [
    { name: 'id', type: 'STRING' },
    { name: 'country', type: 'STRING' },
    { name: 'brand', type: 'STRING' },
    { name: engine.output.name, type: engine.output.type },
  ],
  consumer_group: `neartime.${name}`,
  topic: topics.events(entity),
  offline_table: `features_store.${name}`,
  online_table: name,
});

export function featuresCommand({ json }: { json?: boolean }): void {
  const all = registered.map(described);
  if (json) return printJson(all);
  print(
    table(
      ['feature', 'entity', 'engine', 'value column', 'events'],
      all.map((feature) => [
        feature.feature,
        feature.entity,
        feature.engine,
        feature.columns[3].name,
        [feature.events].flat().join(', '),
      ]),
    ),
  );
}
