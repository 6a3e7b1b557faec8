import { type Feature, type OpenWindow, packPart, sortRows } from '@neartime/engines';
import type { Clock, OnlineWrite } from '@neartime/streams';
import { onlineTable } from '../online-table.ts';
import type { EmbeddedStore } from './embedded-store.ts';

/** Publishes the rows of open windows that changed since the last time; to the online store only. Gives how many. */
export async function publishChanged(
  windows: Iterable<OpenWindow>,
  store: EmbeddedStore,
  clock: Clock,
): Promise<number> {
  const writes: OnlineWrite[] = [];
  // Oldest first: where two open windows have a key, the newer one stands.
  for (const window of [...windows].sort((a, b) => a.start - b.start)) {
    for (const feature of window.features) {
      for (let partition = 0; partition < store.partitions; partition++) {
        const write = changedRows(window, feature, partition, clock);
        if (write) writes.push(write);
      }
    }
  }
  if (writes.length > 0) await store.online.write(writes);
  return writes.reduce((sum, { rows }) => sum + rows.rows, 0);
}

function changedRows(window: OpenWindow, feature: Feature, partition: number, clock: Clock): OnlineWrite | undefined {
  const slots = window.table(feature.name, partition)?.takeChanged();
  if (!slots || slots.length === 0) return undefined;
  return {
    table: onlineTable(feature),
    window: window.start,
    revision: { provisional: window.lines(feature.entity, partition).lines },
    rows: sortRows(packPart(window, feature, partition, slots), feature),
    writtenAt: clock.now(),
  };
}
