import type { Run } from './child-run.ts';

/** One line of the table. */
export interface Line {
  readonly what: string;
  readonly wall?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly asked?: string;
  /** Whether the line shows what is asked of it. */
  readonly met?: boolean;
  /** Said instead of figures. */
  readonly remark?: string;
}

/** What a scenario found: lines to read, and everything that was measured. */
export interface Findings {
  readonly lines: readonly Line[];
  readonly measured: object;
}

export const runLine = (what: string, { wallSeconds, cpuSeconds, peakMegabytes }: Run): Line => ({
  what,
  wall: `${wallSeconds.toFixed(2)} s`,
  cpu: `${cpuSeconds.toFixed(2)} s`,
  memory: `${peakMegabytes.toFixed(0)} MB`,
});

export const ratioLine = (what: string, { wallSeconds, cpuSeconds, peakMegabytes }: Run): Line => ({
  what,
  wall: `${wallSeconds.toFixed(2)} ×`,
  cpu: `${cpuSeconds.toFixed(2)} ×`,
  memory: `${peakMegabytes.toFixed(2)} ×`,
});

/** The lines as a Markdown table that also reads well on a terminal. */
export function tableOf(
  lines: readonly Line[],
  heads: { wall: string; cpu: string } = { wall: 'wall', cpu: 'CPU' },
): string {
  const rows = [
    ['', heads.wall, heads.cpu, 'peak memory', 'asked', ''],
    ...lines.map(({ what, wall = '', cpu = '', memory = '', asked = '', met, remark }) => [
      what,
      remark ?? wall,
      cpu,
      memory,
      asked,
      met === undefined ? '' : met ? 'yes' : 'NO',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const text = rows.map((row) => `| ${row.map((cell, column) => pad(cell, widths[column]!, column)).join(' | ')} |`);
  const rule = `|${widths.map((width, column) => '-'.repeat(width + 1) + (isFigure(column) ? ':' : '-')).join('|')}|`;
  return [text[0], rule, ...text.slice(1)].join('\n');
}

const isFigure = (column: number): boolean => column >= 1 && column <= 3;
const pad = (cell: string, width: number, column: number): string =>
  isFigure(column) ? cell.padStart(width) : cell.padEnd(width);
