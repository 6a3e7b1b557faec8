import { settleStore } from '../embedded/settle-store.ts';
import { folder, registered } from './options.ts';
import { plural, print, printJson, table, windowName, withWindowTimes } from './print.ts';

export async function settleCommand({ out, json }: { out: string; json?: boolean }): Promise<void> {
  const { written, unsettled } = await settleStore({ out: folder('--out')(out), features: registered });
  if (unsettled.length > 0) process.exitCode = 1;
  if (json) return printJson({ written: withWindowTimes(written), unsettled: withWindowTimes(unsettled) });
  if (written.length === 0 && unsettled.length === 0) return print('every window is settled');
  print(`${plural(written.length, 'window')} reprocessed, ${plural(unsettled.length, 'window')} unsettled`);
  if (unsettled.length > 0) {
    print(
      table(
        ['unsettled', 'window', 'why'],
        unsettled.map(({ feature, window, why }) => [feature, windowName(window), why]),
      ),
    );
  }
}
