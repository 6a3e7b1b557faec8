import { features } from '@neartime/features';
import type { Backfilled } from '../backfilled.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Stores } from '../stores.ts';
import { differences } from './differences.ts';
import { unequalFiles } from './files.ts';
import { orphans, unequalObjects } from './objects.ts';
import { closingsOf, reusedRevisions } from './revisions.ts';

/** Everything that does not hold once all is settled; nothing when the promise is kept. */
export async function endViolations(expected: Backfilled, stores: Stores, cluster: Cluster): Promise<string[]> {
  const [objects, parts] = [await stores.objects(), await stores.parts()];
  const online: string[] = [];
  for (const feature of features)
    online.push(
      ...differences(`online rows of ${feature.name}`, expected.online(feature), await stores.online(feature)),
    );
  return [
    ...unequalObjects(expected, objects, parts),
    ...orphans(objects, parts),
    ...online,
    ...unequalFiles(expected.files(), await stores.files()),
    ...reusedRevisions(await closingsOf(cluster, features)),
  ];
}
