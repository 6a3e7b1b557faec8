import { type EventSchema, eventSchema } from '@neartime/schemas';
import fc from 'fast-check';
import {
  Average,
  Count,
  DistinctCount,
  type EventView,
  type Events,
  FirstActionTime,
  LastActionTime,
  type RawEvents,
  Sum,
  feature,
} from '../../src/index.ts';

/** A schema and features of every sort, and events for them, small enough that keys meet often. */

export const schema = {
  ...eventSchema,
  category: 'text',
  price: 'decimal(2)',
} as const satisfies EventSchema;
type Raw = RawEvents<typeof schema>;
type Cleaned = Events<typeof schema>;

const byUser = { id: 'user_id', country: 'country', brand: 'brand' } as const;
const byDevice = { id: 'device_id', country: 'country', brand: 'brand' } as const;
const sold = (events: Raw): Cleaned => events.clean().named('sold', 'gone');

class DeviceLast extends LastActionTime {
  process(events: Raw) {
    return events
      .clean()
      .named('seen', 'sold')
      .select({ ...byDevice, action_timestamp: 'timestamp' });
  }
}
class DeviceFirst extends FirstActionTime {
  process(events: Raw) {
    return events.clean().select({ ...byDevice, action_timestamp: 'timestamp' });
  }
}
class UserSales extends Count {
  process(events: Raw) {
    return sold(events).select(byUser);
  }
}
class UserTurnover extends Sum {
  process(events: Raw) {
    return sold(events).select({ ...byUser, value: 'price' });
  }
}
class DevicePrice extends Average {
  process(events: Raw) {
    return events.clean().select({ ...byDevice, value: 'price' });
  }
}
class UserCategories extends DistinctCount {
  process(events: Raw) {
    return events.clean().select({ ...byUser, value: 'category' });
  }
}

export const features = [
  feature('device_last', DeviceLast),
  feature('user_sales', UserSales),
  feature('device_first', DeviceFirst),
  feature('user_turnover', UserTurnover),
  feature('device_price', DevicePrice),
  feature('user_categories', UserCategories),
];

export interface SampleEvent {
  readonly name: string;
  readonly timestamp: number;
  readonly device: string | undefined;
  readonly user: string | undefined;
  readonly country: string;
  readonly brand: string;
  readonly category: string | undefined;
  readonly price: number | undefined;
  readonly line: number;
}

type Reckon = (events: readonly SampleEvent[]) => number | bigint;
interface Definition {
  readonly entity: 'device' | 'user';
  readonly names: readonly string[] | undefined;
  readonly value: (event: SampleEvent) => unknown;
  readonly reckon: Reckon;
}

const prices = (events: readonly SampleEvent[]): bigint => events.reduce((sum, { price }) => sum + BigInt(price!), 0n);
const always = (): unknown => true;

/** What the features are, said a second time and the long way round. */
export const definitions: Readonly<Record<string, Definition>> = {
  device_last: {
    entity: 'device',
    names: ['seen', 'sold'],
    value: always,
    reckon: (events) => Math.max(...events.map(({ timestamp }) => timestamp)),
  },
  device_first: {
    entity: 'device',
    names: undefined,
    value: always,
    reckon: (events) => Math.min(...events.map(({ timestamp }) => timestamp)),
  },
  user_sales: { entity: 'user', names: ['sold', 'gone'], value: always, reckon: ({ length }) => length },
  user_turnover: {
    entity: 'user',
    names: ['sold', 'gone'],
    value: ({ price }) => price,
    reckon: (events) => {
      const sum = prices(events);
      return Number.isSafeInteger(Number(sum)) ? Number(sum) : sum;
    },
  },
  device_price: {
    entity: 'device',
    names: undefined,
    value: ({ price }) => price,
    // The sums of these prices are whole numbers that a double holds, and dividing rounds once.
    reckon: (events) => Number(prices(events)) / events.length,
  },
  user_categories: {
    entity: 'user',
    names: undefined,
    value: ({ category }) => category,
    reckon: (events) => new Set(events.map(({ category }) => category)).size,
  },
};

const firstWindow = 1_533_117_600;
const anyId = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'ab',
      'device-1',
      'device-10',
      'device-1\0',
      '\0',
      'é',
      '😀',
      '\uffee',
      'x'.repeat(1_024),
    ),
  },
  { weight: 2, arbitrary: fc.nat(300).map((n) => `device-${n}`) },
);

const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined, freq: 3 });

/** Events without their lines. Countries and brands run into each other: `a`+`bc` and `ab`+`c` are two pairs. */
export const anyEvent: fc.Arbitrary<Omit<SampleEvent, 'line'>> = fc
  .record({
    name: fc.constantFrom('seen', 'sold', 'gone', 'other', 'see', 'seen '),
    timestamp: fc.tuple(fc.nat(5), fc.nat(599)).map(([window, second]) => firstWindow + window * 600 + second),
    device: maybe(anyId),
    user: maybe(anyId),
    country: fc.constantFrom('a', 'ab', 'abc', 'pl', 'é', 'c'.repeat(300), 'c'.repeat(1_024)),
    brand: fc.constantFrom('c', 'bc', 'olx', '\uffee', '😀', 'b'.repeat(700)),
    category: maybe(fc.constantFrom('cars', 'vans', 'jobs', 'é')),
    price: maybe(fc.oneof(fc.integer({ min: -5_000, max: 5_000 }), fc.constantFrom(0, 1_999, 2 ** 40))),
  })
  .map((event) => (event.device === undefined && event.user === undefined ? { ...event, device: 'b' } : event));

/** The events of one file, with the lines at which they stand; other lines lie between them. */
export const anyFile: fc.Arbitrary<readonly SampleEvent[]> = fc
  .array(fc.tuple(anyEvent, fc.integer({ min: 1, max: 4 })), { maxLength: 60 })
  .map((events) => {
    let line = 0;
    return events.map(([event, step]) => ({ ...event, line: (line += step) }));
  });

const fieldsOf = ({ name, device, user, country, brand, category }: SampleEvent): readonly (string | undefined)[] => [
  ...[name, undefined, device, user, country, brand, category, undefined],
];

/** Shows events one after another in one view, whose memory the next event overwrites. */
export function showing(take: (view: EventView) => void): (event: SampleEvent) => void {
  const memory = Buffer.alloc(16_384);
  const view: EventView = {
    bytes: memory,
    starts: new Int32Array(24),
    ends: new Int32Array(24),
    numbers: new Float64Array(24),
    at: 0,
    line: 0,
  };
  return (event) => {
    memory.fill('#');
    view.at = 8 * (event.line % 3);
    let end = event.line % 13;
    fieldsOf(event).forEach((text = '', index) => {
      view.starts[view.at + index] = end;
      end += memory.write(text, end);
      view.ends[view.at + index] = end;
    });
    view.numbers.fill(NaN);
    view.numbers[view.at + 1] = event.timestamp;
    view.numbers[view.at + 7] = event.price ?? NaN;
    view.line = event.line;
    take(view);
    memory.fill('!');
  };
}
