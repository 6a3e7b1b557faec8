import { randomUUID } from 'node:crypto';
import { type CheckDetails, type Logger, revealed } from '@neartime/service';
import {
  type Catalogue,
  type Clock,
  type DeadLetters,
  type Leases,
  type LogWriter,
  systemClock,
} from '@neartime/streams';
import type { ForwarderSettings } from './forwarder-settings.ts';
import type { Forwarder } from './forwarder.ts';
import { forwarderLog } from './forwarder-log.ts';
import type { NoticeDoor } from './http/notice-door.ts';
import { KinesisForwarder } from './kinesis/kinesis-forwarder.ts';
import { kinesisClient } from './kinesis/kinesis-client.ts';
import { KinesisStream } from './kinesis/kinesis-stream.ts';
import { Listing } from './listing/listing.ts';
import type { SortedListing } from './listing/recent-files.ts';
import { NoticeWriter } from './notice-writer.ts';

export interface ForwardersOptions {
  readonly settings: ForwarderSettings;
  /** Goes on until what it was given stands. */
  readonly log: LogWriter;
  readonly tryingOnce: LogWriter;
  readonly noticesPartitions: number;
  readonly catalogue: Catalogue;
  readonly leases: Leases;
  readonly deadLetters: DeadLetters;
  readonly listingOf: (bucket: string) => SortedListing;
  readonly door: NoticeDoor;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** So long after an instance's death others take over what it forwarded. */
const leaseSeconds = 30;
const renewEveryMs = (leaseSeconds * 1000) / 3;

/** Starts what the settings switch on, and opens the door for requests. */
export function startForwarders(options: ForwardersOptions): Forwarder {
  const { settings, log, tryingOnce, noticesPartitions: partitions, catalogue, leases, clock, door } = options;
  const stack = new AsyncDisposableStack();
  const writer = new NoticeWriter({ log, clock, partitions });
  const listener = forwarderLog(options.logger);
  const held = { leases, owner: randomUUID(), seconds: leaseSeconds, renewEveryMs, writer, listener };

  const { listings, kinesis } = settings;
  const forwarders: Forwarder[] = listings.prefixes.map(({ bucket, prefix }) => {
    const list = options.listingOf(bucket);
    const { listEveryMs, lookBack } = listings;
    return new Listing({ ...held, bucket, prefix, list, catalogue, clock, listEveryMs, lookBack });
  });
  if (kinesis) {
    const { stream, start, ...server } = kinesis;
    const client = kinesisClient(revealed(server));
    stack.defer(() => client.destroy());
    forwarders.push(
      new KinesisForwarder({
        ...{ ...held, stream: new KinesisStream(client, stream), start, deadLetters: options.deadLetters },
        // Kinesis knows nothing of a shifted clock.
        clock: systemClock,
        ...{ everyMs: 200, idleMs: 1000, lookEveryMs: renewEveryMs },
      }),
    );
  }
  door.open(new NoticeWriter({ log: tryingOnce, clock, partitions }));
  return {
    state: () => Object.assign({}, ...forwarders.map((forwarder) => forwarder.state())) as CheckDetails,
    async [Symbol.asyncDispose]() {
      door.close();
      await Promise.all(forwarders.map((forwarder) => forwarder[Symbol.asyncDispose]()));
      await stack.disposeAsync();
    },
  };
}
