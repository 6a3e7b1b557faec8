import { type Environment, readConfig } from '@neartime/service';
import { describe, expect, it } from 'vitest';
import { forwarderSettings } from '../../src/forwarders/forwarder-settings.ts';

const read = (env: Environment) => readConfig(env, { forwarders: forwarderSettings }).forwarders;
const problems = (env: Environment): string[] => {
  try {
    read(env);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
};

describe('the settings of forwarders', () => {
  it('switch on nothing but POST /files by themselves', () => {
    expect(read({})).toEqual({
      listings: { prefixes: [], listEveryMs: 60_000, lookBack: 2 * 86_400 },
      kinesis: undefined,
      http: { files: true, token: undefined },
    });
  });

  it('name folders of buckets', () => {
    const { listings } = read({
      LISTINGS: 's3://raw/in/horizontals/, s3://other/',
      LIST_EVERY: '10s',
      LIST_LOOK_BACK: '1d',
    });
    expect(listings).toEqual({
      prefixes: [
        { bucket: 'raw', prefix: 'in/horizontals/' },
        { bucket: 'other', prefix: '' },
      ],
      listEveryMs: 10_000,
      lookBack: 86_400,
    });
  });

  it.each([
    [{ LISTINGS: 's3://raw/in' }, 'LISTINGS: takes s3://bucket/ or s3://bucket/folder/ with commas between them'],
    [{ LISTINGS: 's3://raw/in/,s3://raw/in/a/' }, 'LISTINGS: names s3://raw/in/a/, which s3://raw/in/ contains'],
    [{ LISTINGS: 's3://raw/in/,s3://raw/in/' }, 'LISTINGS: names s3://raw/in/, which s3://raw/in/ contains'],
    [{ HTTP_FILES: 'false', HTTP_TOKEN: 'hunter2' }, 'HTTP_TOKEN: needs HTTP_FILES=true'],
    [{ KINESIS_STREAM: 'a/b' }, 'KINESIS_STREAM: takes a name'],
    [{ KINESIS_STREAM: 'notices', KINESIS_ACCESS_KEY_ID: 'k' }, 'KINESIS_SECRET_ACCESS_KEY: is missing'],
    [{ KINESIS_ENDPOINT: 'http://localhost:4567' }, 'KINESIS_ENDPOINT: needs KINESIS_STREAM'],
    [{ KINESIS_START: 'latest' }, 'KINESIS_START: needs KINESIS_STREAM'],
  ])('refuse what is half said: %j', (env, problem) => {
    expect(problems(env as Environment)).toEqual([expect.stringContaining(problem)]);
  });

  it('tell all that is wrong at once', () => {
    const env = { LISTINGS: 'raw', LIST_EVERY: 'often', KINESIS_START: 'now', HTTP_FILES: 'maybe' };
    expect(problems(env).map((line) => line.split(':')[0])).toEqual(Object.keys(env));
  });
});
