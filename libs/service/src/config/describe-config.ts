import { type Setting, type Shape, settingsOf } from './setting.ts';

/** The table of a shape's environment variables for `--help`: name, default, and what each is for and takes. */
export function describeConfig(shape: Shape): string {
  const rows = [
    ['variable', 'default', 'what it is'],
    ...[...settingsOf(shape)].map((setting) => [
      setting.name,
      defaultOf(setting),
      `${setting.about}: ${setting.takes}`,
    ]),
  ] as [string, string, string][];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [names, defaults] = [width(0), width(1)];
  return rows.map(([name, value, about]) => `${name.padEnd(names)}  ${value.padEnd(defaults)}  ${about}\n`).join('');
}

const defaultOf = ({ default: text, isOptional }: Setting<unknown>): string =>
  text ?? (isOptional ? '(none)' : '(needed)');
