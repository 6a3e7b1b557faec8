import { inspect } from 'node:util';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  describeConfig,
  duration,
  type Environment,
  file,
  group,
  list,
  oneOf,
  readConfig,
  revealed,
  secret,
  type Setting,
  type Shape,
  text,
  url,
  wholeNumber,
  yesOrNo,
} from '../src/config/index.ts';

const about = 'a setting';

const problemsOf = (env: Environment, shape: Shape): string[] => {
  try {
    readConfig(env, shape);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
};

describe('each kind of setting', () => {
  const grace = duration('X', { about, from: '1s', to: '1h', default: '3m' });
  const brokers = list('X', { about, parts: { form: /^[^:]+:\d+$/, takes: 'host:port' } });
  const port = wholeNumber('X', { about, from: -5, to: 10 });
  const isOn = yesOrNo('X', { about });
  const address = url('X', { about });
  const level = oneOf('X', ['low', 'high'], { about });

  it.each<[Setting<unknown>, string, unknown]>([
    [text('X', { about }), ' a b ', 'a b'],
    [grace, '1500ms', 1.5],
    [grace, '90s', 90],
    [grace, '1.5m', 90],
    [grace, '1h', 3600],
    [brokers, 'a:1, b:22', ['a:1', 'b:22']],
    [port, '-5', -5],
    [port, '10', 10],
    [isOn, 'true', true],
    [isOn, 'false', false],
    [address, 'http://localhost:8081', 'http://localhost:8081'],
    [level, 'high', 'high'],
    [file('X', { about }), import.meta.filename, import.meta.filename],
  ])('%o reads %s', (setting, given, value) => {
    expect(readConfig({ X: given }, { setting })).toEqual({ setting: value });
  });

  it.each<[Setting<unknown>, string, string]>([
    [grace, 'abc', 'a duration from 1s to 1h, such as 3m, not "abc"'],
    [grace, '90', 'a duration from 1s to 1h, such as 3m, not "90"'],
    [grace, '-3m', 'a duration from 1s to 1h, such as 3m, not "-3m"'],
    [grace, '61m', 'a duration from 1s to 1h, such as 3m, not "61m"'],
    [brokers, 'a:1,,b:2', 'host:port with commas between them, not "a:1,,b:2"'],
    [brokers, 'a', 'host:port with commas between them, not "a"'],
    [port, '11', 'a whole number from -5 to 10, not "11"'],
    [port, '1e1', 'a whole number from -5 to 10, not "1e1"'],
    [port, '1.0', 'a whole number from -5 to 10, not "1.0"'],
    [isOn, 'yes', 'true or false, not "yes"'],
    [address, 'localhost', 'an http or https address without user and password, not "localhost"'],
    [address, 'ftp://localhost', 'an http or https address without user and password, not "ftp://localhost"'],
    [level, 'middle', 'one of low, high, not "middle"'],
    [file('X', { about }), '/nowhere', 'the path of a file that can be read, not "/nowhere"'],
    [file('X', { about }), '/', 'the path of a file that can be read, not "/"'],
  ])('%o refuses %s', (setting, given, takes) => {
    expect(problemsOf({ X: given }, { setting })).toEqual([`X: takes ${takes}`]);
  });

  it('says a text with line ends in one line', () => {
    expect(problemsOf({ X: 'a\nb' }, { level })).toEqual(['X: takes one of low, high, not "a\\nb"']);
  });
});

describe('a variable that is not given', () => {
  it.each(['', '  ', undefined])('nor when it is %j', (given) => {
    const shape = {
      byDefault: wholeNumber('A', { about, from: 0, to: 9, default: '7' }),
      optional: text('B', { about, optional: true }),
    };
    expect(readConfig({ A: given, B: given }, shape)).toEqual({ byDefault: 7, optional: undefined });
    expect(problemsOf({ C: given }, { needed: yesOrNo('C', { about }) })).toEqual([
      'C: is missing; it takes true or false',
    ]);
  });
});

describe('problems', () => {
  const shape = {
    one: wholeNumber('ONE', { about, from: 0, to: 9 }),
    two: yesOrNo('TWO', { about, default: 'false' }),
    three: group(
      { four: text('FOUR', { about }), five: text('FIVE', { about, default: 'a' }) },
      ({ four, five }, refuse) => {
        if (four === five) refuse('FIVE', 'is the same as FOUR');
        return `${four}${five}`;
      },
    ),
  };

  it('come all together, in the order of the shape', () => {
    expect(problemsOf({ ONE: '10', TWO: 'maybe', OTHER: 'x' }, shape)).toEqual([
      'ONE: takes a whole number from 0 to 9, not "10"',
      'TWO: takes true or false, not "maybe"',
      'FOUR: is missing; it takes a text',
    ]);
  });

  it('of settings that belong together come when each by itself is good', () => {
    expect(problemsOf({ ONE: 'x', FOUR: 'a' }, shape)).toEqual([
      'ONE: takes a whole number from 0 to 9, not "x"',
      'FIVE: is the same as FOUR',
    ]);
  });

  it('are said once for a variable that two groups read', () => {
    expect(problemsOf({}, { a: shape.one, b: shape.one })).toHaveLength(1);
  });

  it('are none where every setting is good; other variables are nobody’s business', () => {
    expect(readConfig({ ONE: '1', FOUR: 'b', OTHER: 'x' }, shape)).toEqual({ one: 1, two: false, three: 'ba' });
  });
});

describe('a secret', () => {
  const shape = { password: secret('PASSWORD', { about }) };
  const hunter = 'hunter2';

  it('is shown nowhere but where it is revealed', () => {
    const config = readConfig({ PASSWORD: hunter }, shape);
    const shown = [JSON.stringify(config), inspect(config, { showHidden: true, depth: 9 }), `${config.password}`];
    for (const each of shown) {
      expect(each).toContain('***');
      expect(each).not.toContain(hunter);
    }
    expect(config.password.reveal()).toBe(hunter);
    expect(revealed({ ...config, hosts: ['a'] })).toEqual({ password: hunter, hosts: ['a'] });
  });

  it('keeps its spaces, when it has any', () => {
    expect(readConfig({ PASSWORD: ' a ' }, shape).password.reveal()).toBe(' a ');
  });

  it.each([
    ['hunter2\n', hunter],
    ['hunter2\r\n', hunter],
    ['hunter2', hunter],
    ['two\nlines\n\n', 'two\nlines\n'],
  ])('comes from a file without its last line end: %j', (held, value) => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'password');
    writeFileSync(path, held);
    expect(readConfig({ PASSWORD_FILE: path }, shape).password.reveal()).toBe(value);
  });

  it('is refused without being shown', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'password');
    writeFileSync(path, '\n');
    expect(problemsOf({}, shape)).toEqual([
      'PASSWORD: is missing; it takes a text, or PASSWORD_FILE the path of a file that holds it',
    ]);
    expect(problemsOf({ PASSWORD_FILE: path }, shape)).toEqual([`PASSWORD_FILE: names a file that is empty: ${path}`]);
    expect(problemsOf({ PASSWORD_FILE: '/nowhere' }, shape)).toEqual([
      'PASSWORD_FILE: names a file that cannot be read (ENOENT): /nowhere',
    ]);
    expect(problemsOf({ PASSWORD: hunter, PASSWORD_FILE: path }, shape)).toEqual([
      'PASSWORD: is given twice, by PASSWORD_FILE too; keep one',
    ]);
  });

  it('in an address is refused, and left out of what is said', () => {
    expect(problemsOf({ X: 'https://me:hunter2@registry:8081' }, { address: url('X', { about }) })).toEqual([
      'X: takes an http or https address without user and password, not "https://***@registry:8081"',
    ]);
  });
});

it('describes a shape as a table: what is needed, what is optional, what the defaults are', () => {
  const shape = {
    grace: duration('GRACE', { about: 'how long a window waits', from: '1s', to: '1h', default: '3m' }),
    store: group({ keyspace: text('KEYSPACE', { about: 'the tables' }) }, ({ keyspace }) => keyspace),
    password: secret('PASSWORD', { about: 'for the store', optional: true }),
  };
  expect(describeConfig(shape)).toBe(
    [
      'variable  default   what it is',
      'GRACE     3m        how long a window waits: a duration from 1s to 1h, such as 3m',
      'KEYSPACE  (needed)  the tables: a text',
      'PASSWORD  (none)    for the store: a text, or PASSWORD_FILE the path of a file that holds it',
      '',
    ].join('\n'),
  );
});
