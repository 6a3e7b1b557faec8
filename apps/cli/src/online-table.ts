import type { Feature } from '@neartime/engines';
import type { OnlineTable } from '@neartime/streams';

/** The online table of a feature. */
export const onlineTable = ({ name, engine }: Feature): OnlineTable => ({
  feature: name,
  column: engine.output.name,
  type: engine.output.type,
});
