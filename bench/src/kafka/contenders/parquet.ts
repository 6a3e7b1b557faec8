// Parts of one window into Parquet, again and again, nothing else.
import { packPart, sortRows } from '@neartime/engines';
import { encodeRows } from '@neartime/parquet';
import { partitions } from '../place.ts';
import { timed } from '../timed.ts';
import { type ToldWrite, told } from '../told.ts';
import { featuresNamed } from '../wiring.ts';
import { windowOfRows } from '../window-of-rows.ts';

const times = 10;

const { rows } = told<ToldWrite>();
const [feature] = featuresNamed(['device_last_browse']) as [ReturnType<typeof featuresNamed>[number]];
const window = windowOfRows(feature, 1_533_117_600, rows);
const parts = Array.from({ length: partitions }, (_, partition) =>
  sortRows(packPart(window, feature, partition), feature),
);
const { output } = feature.engine;
const end = timed();
let written = 0;
for (let time = 0; time < times; time++) {
  for (const part of parts) {
    await encodeRows(part, output);
    written += part.rows;
  }
}
end(written);
