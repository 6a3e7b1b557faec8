import {
  allOrNone,
  duration,
  group,
  list,
  oneOf,
  type Refuse,
  type Secret,
  secret,
  setting,
  text,
  url,
  yesOrNo,
} from '@neartime/service';
import { z } from 'zod';

export interface ListedPrefix {
  readonly bucket: string;
  readonly prefix: string;
}

export interface ListingSettings {
  /** None of them lies in another. */
  readonly prefixes: readonly ListedPrefix[];
  readonly listEveryMs: number;
  /** Seconds. */
  readonly lookBack: number;
}

/** What is not there is left to the SDK, as for S3. */
export interface KinesisSettings {
  readonly stream: string;
  readonly start: 'trim-horizon' | 'latest';
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: Secret; readonly secretAccessKey: Secret };
}

export interface ForwarderSettings {
  readonly listings: ListingSettings;
  readonly kinesis: KinesisSettings | undefined;
  readonly http: { readonly files: boolean; readonly token: Secret | undefined };
}

const listings = group(
  {
    urls: list('LISTINGS', {
      about: 'folders of buckets whose new files are looked for, at intervals',
      parts: {
        form: /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/(.+\/)?$/,
        takes: 's3://bucket/ or s3://bucket/folder/',
      },
      optional: true,
    }),
    listEvery: duration('LIST_EVERY', {
      about: 'how often they are looked for',
      from: '1s',
      to: '1d',
      default: '1m',
    }),
    lookBack: duration('LIST_LOOK_BACK', {
      about: 'how long after its file time a file may land and is still found',
      from: '1h',
      to: '3650d',
      default: '2d',
    }),
  },
  ({ urls = [], listEvery, lookBack }, refuse): ListingSettings => {
    refuseOverlaps(urls, refuse);
    return { prefixes: urls.map(placeOf), listEveryMs: listEvery * 1000, lookBack };
  },
);

function refuseOverlaps(urls: readonly string[], refuse: Refuse): void {
  urls.forEach((inner, i) => {
    const outer = urls.find((other, j) => i !== j && inner.startsWith(other) && (inner !== other || j < i));
    if (outer !== undefined) refuse('LISTINGS', `names ${inner}, which ${outer} contains; keep one`);
  });
}

function placeOf(listed: string): ListedPrefix {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(listed)!;
  return { bucket: bucket!, prefix: prefix! };
}

const kinesis = group(
  {
    stream: setting('KINESIS_STREAM', 'a name of letters, digits, _, - and .', z.string().regex(/^[\w.-]{1,128}$/), {
      about: 'a stream of notices that is forwarded',
      optional: true,
    }),
    start: oneOf('KINESIS_START', ['trim-horizon', 'latest'], {
      about: 'where a stream begins that nobody has read: with the first record that is kept, or with the next one',
      default: 'trim-horizon',
    }),
    endpoint: url('KINESIS_ENDPOINT', { about: "a server that is not Amazon's", optional: true }),
    region: text('KINESIS_REGION', { about: "the region, where the SDK's own is not meant", optional: true }),
    accessKeyId: secret('KINESIS_ACCESS_KEY_ID', { about: "a key, where the SDK's own is not meant", optional: true }),
    secretAccessKey: secret('KINESIS_SECRET_ACCESS_KEY', { about: "the key's secret", optional: true }),
  },
  ({ stream, start, endpoint, region, accessKeyId, secretAccessKey }, refuse): KinesisSettings | undefined => {
    allOrNone({ KINESIS_ACCESS_KEY_ID: accessKeyId, KINESIS_SECRET_ACCESS_KEY: secretAccessKey }, refuse);
    if (stream === undefined) {
      const given = {
        ...{ KINESIS_ENDPOINT: endpoint, KINESIS_REGION: region, KINESIS_ACCESS_KEY_ID: accessKeyId },
        KINESIS_START: start === 'trim-horizon' ? undefined : start,
      };
      for (const [name, value] of Object.entries(given)) if (value !== undefined) refuse(name, 'needs KINESIS_STREAM');
      return undefined;
    }
    const credentials = accessKeyId && secretAccessKey && { accessKeyId, secretAccessKey };
    return {
      stream,
      start,
      ...(endpoint && { endpoint }),
      ...(region && { region }),
      ...(credentials && { credentials }),
    };
  },
);

const http = group(
  {
    files: yesOrNo('HTTP_FILES', { about: 'whether POST /files takes notices', default: 'true' }),
    token: secret('HTTP_TOKEN', { about: 'what requests to POST /files must bring as Bearer', optional: true }),
  },
  ({ files, token }, refuse): ForwarderSettings['http'] => {
    if (token && !files) refuse('HTTP_TOKEN', 'needs HTTP_FILES=true');
    return { files, token };
  },
);

/** The ways by which notices come beside the topic itself. */
export const forwarderSettings = group({ listings, kinesis, http }, (settings): ForwarderSettings => settings);
