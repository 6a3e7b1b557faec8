import { type EventSchema, eventSchema } from '@neartime/schemas';
import { describe, expect, it } from 'vitest';
import {
  Average,
  Count,
  DistinctCount,
  EventFold,
  FirstActionTime,
  LastActionTime,
  Max,
  Min,
  type OutputColumn,
  RawEvents,
  Sum,
  feature,
} from '../src/index.ts';

/** The event with fields beyond the usual ones. */
const wideSchema = {
  ...eventSchema,
  category_id: 'text',
  price: 'decimal(2)',
  pictures: 'integer',
} as const satisfies EventSchema;
type WideEvents = RawEvents<typeof wideSchema>;

const byUser = { id: 'user_id', country: 'country', brand: 'brand' } as const;
const byDevice = { id: 'device_id', country: 'country', brand: 'brand' } as const;

// What compiles here and what does not is the test: `tsc` fails on an error that is not expected and on one that is and
// does not come.

describe('a recipe that fits its engine', () => {
  class Posts extends Count {
    process(events: RawEvents) {
      return events.clean().named('post_item_success').select(byUser);
    }
  }
  class FirstSeen extends FirstActionTime {
    process(events: RawEvents) {
      return events.clean().select({ ...byDevice, action_timestamp: 'timestamp' });
    }
  }
  class LastLogin extends LastActionTime {
    process(events: RawEvents) {
      return events
        .clean()
        .named('login')
        .select({ ...byUser, action_timestamp: 'timestamp' });
    }
  }
  class KindsOfAction extends DistinctCount {
    process(events: RawEvents) {
      return events.clean().select({ ...byDevice, value: 'event_name' });
    }
  }
  class Categories extends DistinctCount {
    process(events: WideEvents) {
      return events.clean().select({ ...byDevice, value: 'category_id' });
    }
  }
  class Spent extends Sum {
    override readonly output: OutputColumn<'INT64'> = { name: 'spent_cents', type: 'INT64' };

    process(events: WideEvents) {
      return events
        .clean()
        .named('buy')
        .select({ ...byUser, value: 'price' });
    }
  }
  class Pictures extends Max {
    process(events: WideEvents) {
      return events.clean().select({ ...byUser, value: 'pictures' });
    }
  }
  class Cheapest extends Min {
    process(events: WideEvents) {
      return events.clean().select({ ...byUser, value: 'price' });
    }
  }
  class AveragePrice extends Average {
    process(events: WideEvents) {
      return events.clean().select({ ...byUser, value: 'price' });
    }
  }

  it('is a feature: entity, event names and value field come from the recipe, the output from the engine', () => {
    expect(feature('posts', Posts)).toMatchObject({
      name: 'posts',
      engineName: 'Count',
      entity: 'user',
      eventNames: ['post_item_success'],
      valueField: undefined,
      engine: { output: { name: 'actions_count', type: 'INT64' } },
    });
    const all = [FirstSeen, LastLogin, KindsOfAction, Categories, Pictures, Cheapest, AveragePrice].map((Feature) => {
      const { engineName, entity, valueField, engine } = feature('x', Feature);
      return [engineName, entity, valueField, engine.output.name, engine.output.type];
    });
    expect(all).toEqual([
      ['FirstActionTime', 'device', 'timestamp', 'first_action_timestamp', 'INT64'],
      ['LastActionTime', 'user', 'timestamp', 'last_action_timestamp', 'INT64'],
      ['DistinctCount', 'device', 'event_name', 'distinct_count', 'INT64'],
      ['DistinctCount', 'device', 'category_id', 'distinct_count', 'INT64'],
      ['Max', 'user', 'pictures', 'value_max', 'INT64'],
      ['Min', 'user', 'price', 'value_min', 'INT64'],
      ['Average', 'user', 'price', 'value_average', 'DOUBLE'],
    ]);
  });

  it('may give its output column another name', () => {
    expect(feature('spent', Spent).engine.output).toEqual({ name: 'spent_cents', type: 'INT64' });
  });

  it('folds events of the schema that it was written for, and is refused where its field is missing', () => {
    const options = { features: [feature('spent', Spent)], partitions: 4, maxWindows: 10 };
    expect(new EventFold({ ...options, schema: wideSchema }).finish().features).toMatchObject([{ name: 'spent' }]);
    expect(() => new EventFold({ ...options, schema: eventSchema })).toThrow(
      'feature spent: the event schema has no field price',
    );
  });

  it('keeps the events of every name when it names none, and those of both when it names twice', () => {
    const cleaned = new RawEvents().clean();
    expect(cleaned.select(byUser).eventNames).toBeUndefined();
    expect(cleaned.named('b', 'a', 'b').select(byUser).eventNames).toEqual(['a', 'b']);
    expect(cleaned.named('a', 'b').named('c', 'b').select(byUser).eventNames).toEqual(['b']);
    expect(cleaned.named('a').named('b').select(byUser).eventNames).toEqual([]);
  });
});

describe('a recipe that does not fit its engine', () => {
  class MisspeltColumn extends LastActionTime {
    // @ts-expect-error the engine's column is action_timestamp
    process(events: RawEvents) {
      return events.clean().select({ ...byUser, action_time: 'timestamp' });
    }
  }
  class NoValue extends LastActionTime {
    // @ts-expect-error the column to fold is missing
    process(events: RawEvents) {
      return events.clean().select(byUser);
    }
  }
  class ValueForCount extends Count {
    // @ts-expect-error Count folds no column
    process(events: RawEvents) {
      return events.clean().select({ ...byUser, value: 'timestamp' });
    }
  }
  class TwoValues extends Sum {
    // @ts-expect-error one column too many
    process(events: WideEvents) {
      return events.clean().select({ ...byUser, value: 'price', other: 'pictures' });
    }
  }

  it('does not compile, and is no feature at run time either', () => {
    expect(() => feature('x', MisspeltColumn)).toThrow(
      new TypeError('feature x: selects (action_time), its engine takes (action_timestamp)'),
    );
    expect(() => feature('x', NoValue)).toThrow('feature x: selects (), its engine takes (action_timestamp)');
    expect(() => feature('x', ValueForCount)).toThrow('feature x: selects (value), its engine takes ()');
    expect(() => feature('x', TwoValues)).toThrow('feature x: selects (value,other), its engine takes (value)');
  });

  it('does not compile when a column has the wrong kind', () => {
    class SumOfTexts extends Sum {
      // @ts-expect-error a text has no sum
      process(events: WideEvents) {
        return events.clean().select({ ...byUser, value: 'category_id' });
      }
    }
    class SumOfTimes extends Sum {
      // @ts-expect-error nor has a point in time
      process(events: RawEvents) {
        return events.clean().select({ ...byUser, value: 'timestamp' });
      }
    }
    class AverageOfNames extends Average {
      // @ts-expect-error nor a name
      process(events: RawEvents) {
        return events.clean().select({ ...byUser, value: 'event_name' });
      }
    }
    class LastPrice extends LastActionTime {
      // @ts-expect-error a price is no time
      process(events: WideEvents) {
        return events.clean().select({ ...byUser, action_timestamp: 'price' });
      }
    }
    class DistinctPrices extends DistinctCount {
      // @ts-expect-error a price is no text
      process(events: WideEvents) {
        return events.clean().select({ ...byUser, value: 'price' });
      }
    }
    class OtherType extends Sum {
      // @ts-expect-error the type of the output is the engine's
      override readonly output = { name: 'spent', type: 'DOUBLE' } as const;

      process(events: WideEvents) {
        return events.clean().select({ ...byUser, value: 'price' });
      }
    }
    expect([SumOfTexts, SumOfTimes, AverageOfNames, LastPrice, DistinctPrices, OtherType]).toHaveLength(6);
  });

  it('does not compile when a key or a field is wrong', () => {
    const cleaned = new RawEvents().clean();
    // @ts-expect-error a country is no id
    cleaned.select({ id: 'country', country: 'country', brand: 'brand' });
    // @ts-expect-error a brand is no country
    cleaned.select({ id: 'user_id', country: 'brand', brand: 'brand' });
    // @ts-expect-error the brand is missing
    cleaned.select({ id: 'user_id', country: 'country' });
    // @ts-expect-error no event has this field
    cleaned.select({ ...byUser, action_timestamp: 'time' });
    // @ts-expect-error the usual event has no price
    cleaned.select({ ...byUser, value: 'price' });
    // @ts-expect-error events are cleaned before anything else
    expect(() => new RawEvents().named('a')).toThrow(TypeError);
    // @ts-expect-error no name would keep no event
    cleaned.named();
  });
});
