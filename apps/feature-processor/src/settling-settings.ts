import { storeSetting } from '@neartime/servers';
import { duration, group, wholeNumber, yesOrNo } from '@neartime/service';

/** How windows are settled, by those processors that do. */
export interface SettlingSettings {
  /** Where the objects are that parity is checked against. */
  readonly store: string;
  /** All in seconds. */
  readonly every: number;
  readonly after: number;
  readonly parityOneIn: number;
}

/** `undefined` for a processor that leaves it to others. */
export const settlingSettings = group(
  {
    reprocess: yesOrNo('REPROCESS', {
      about:
        'whether it settles windows: compares them with what the files sent, and computes from raw files what is due',
      default: 'true',
    }),
    store: storeSetting({ about: 'where the Parquet objects are; needed with REPROCESS=true', optional: true }),
    every: duration('REPROCESS_EVERY', {
      about: 'how often it looks for windows that have to come from raw files',
      from: '1s',
      to: '1h',
      default: '10s',
    }),
    after: duration('SETTLE_AFTER', {
      about: 'how long a window that differs waits to be reprocessed; then twice as long, up to a day',
      from: '0s',
      to: '1d',
      default: '10m',
    }),
    parityOneIn: wholeNumber('PARITY_ONE_IN', {
      about: 'of so many settled windows one is computed again from raw files and compared; 0: none is',
      from: 0,
      to: 1_000_000,
      default: '20',
    }),
  },
  ({ reprocess, store, ...settling }, refuse): SettlingSettings | undefined => {
    if (!reprocess) return undefined;
    if (store === undefined) refuse('STORE', 'is missing, while REPROCESS is true');
    return { ...settling, store: store ?? '' };
  },
);
