import { noLines } from '@neartime/engines';
import type { Catalogue, RegisteredFeature, WindowToCheck } from '@neartime/streams';
import pLimit from 'p-limit';
import { windowState } from './window-state.ts';

/** A window on the list that a feature has not settled. */
export interface UnsettledWindow {
  readonly feature: string;
  readonly window: number;
  readonly is: 'differs' | 'open';
  readonly why: string;
  readonly check: WindowToCheck;
}

type Looked = Pick<Catalogue, 'toCheck' | 'closedUpTo' | 'linesSent' | 'windowParts'>;

const windowsAtOnce = 16;

/** The windows whose time has come and that some feature has not settled, in order. Changes nothing. */
export async function unsettledWindows(
  catalogue: Looked,
  registered: readonly RegisteredFeature[],
  now: number,
): Promise<UnsettledWindow[]> {
  const list = (await catalogue.toCheck()).filter(({ notBefore }) => notBefore <= now);
  const atOnce = pLimit(windowsAtOnce);
  const found: UnsettledWindow[] = [];
  for (const feature of registered) {
    const closedUpTo = await catalogue.closedUpTo(feature.name);
    const states = list.map((check) =>
      atOnce(async () => {
        const above = check.asked.get(feature.name);
        const { is } = await windowState(catalogue, feature, check.window, { above, closedUpTo });
        if (is === 'settled') return undefined;
        const why = await whyOf(catalogue, feature, check, is);
        return { feature: feature.name, window: check.window, is, why, check };
      }),
    );
    found.push(...(await Promise.all(states)).filter((one) => one !== undefined));
  }
  return found.sort((a, b) => a.window - b.window);
}

async function whyOf(
  catalogue: Looked,
  { name, entity }: RegisteredFeature,
  { window, asked }: WindowToCheck,
  is: UnsettledWindow['is'],
): Promise<string> {
  if (is === 'open') return 'the stream has not closed it yet';
  const parts = await catalogue.windowParts({ feature: name, window });
  if (parts.some(({ state }) => state === 'incomplete')) return 'a raw file that it needs cannot be read';
  if (parts.some(({ state }) => state === 'unfit')) return 'its rows did not come whole';
  const sum = (lines: readonly ({ readonly lines: number } | undefined)[]) =>
    lines.reduce((total, one) => total + (one?.lines ?? 0), 0);
  const [made, sent] = [
    sum(parts.map(({ lines }) => lines ?? noLines)),
    sum(await catalogue.linesSent(entity, window)),
  ];
  if (made === sent && asked.has(name)) return 'it was asked for anew';
  return `it was made of ${made} lines, files sent ${sent}`;
}
