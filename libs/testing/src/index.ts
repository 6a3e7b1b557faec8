export { oracle, type OracleOptions, type OracleResult, type OracleRow, type OracleRows } from './oracle.ts';
export type { OracleCounts, OracleQuarantine } from './oracle-file.ts';
export { oracleLine, type OracleEvent } from './oracle-line.ts';
export { oracleMurmur2 } from './oracle-murmur2.ts';
export * from './raw-lines.ts';
export * from './temporary-folder.ts';
export * from './tree-hash.ts';
export * from './write-raw-file.ts';
