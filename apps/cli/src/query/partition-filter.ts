import { partitionColumns } from './feature-view.ts';

/** An object of the syntax tree that DuckDB gives of a statement. */
export type Node = Readonly<Record<string, unknown>>;

/** Something that the value of a partition column must fulfil for a row to matter. */
export interface PartitionTest {
  readonly column: string;
  readonly holds: (value: string) => boolean;
}

/** Rows matter only where all of these hold; there may be none. */
export type PartitionFilter = readonly PartitionTest[];

/** Where no row matters. */
export const noRows: PartitionFilter = [{ column: 'year', holds: () => false }];

/**
 * What a SELECT from one table demands of its partition columns, for leaving files unread: it may demand more, never less. Only
 * comparisons with constants, in conjunctions of its WHERE, are understood.
 */
export function partitionFilter(select: Node): PartitionFilter {
  const table = select['from_table'] as Node | null;
  // A sample is drawn before the WHERE, and other names for columns may exchange them.
  if (table?.['type'] !== 'BASE_TABLE' || select['sample'] !== null || table['sample'] !== null) return [];
  if ((table['column_name_alias'] as unknown[]).length > 0) return [];
  const name = String(table['alias'] || table['table_name']).toLowerCase();
  return conjuncts(select['where_clause'] as Node | null).flatMap((condition) => testOf(condition, name) ?? []);
}

function conjuncts(condition: Node | null): Node[] {
  if (condition?.['type'] === 'CONJUNCTION_AND') return (condition['children'] as Node[]).flatMap(conjuncts);
  return condition ? [condition] : [];
}

type Order = (value: string, constant: string) => boolean;

const orders: Readonly<Partial<Record<string, Order>>> = {
  COMPARE_LESSTHAN: (value, constant) => value < constant,
  COMPARE_LESSTHANOREQUALTO: (value, constant) => value <= constant,
  COMPARE_GREATERTHAN: (value, constant) => value > constant,
  COMPARE_GREATERTHANOREQUALTO: (value, constant) => value >= constant,
};

const mirrored: Readonly<Partial<Record<string, string>>> = {
  COMPARE_LESSTHAN: 'COMPARE_GREATERTHAN',
  COMPARE_LESSTHANOREQUALTO: 'COMPARE_GREATERTHANOREQUALTO',
  COMPARE_GREATERTHAN: 'COMPARE_LESSTHAN',
  COMPARE_GREATERTHANOREQUALTO: 'COMPARE_LESSTHANOREQUALTO',
};

function testOf(condition: Node, table: string): PartitionTest | undefined {
  const type = String(condition['type']);
  if (type === 'COMPARE_IN') {
    const [left, ...list] = condition['children'] as Node[];
    return test(left, table, anyOf(list.map(constantOf)));
  }
  if (type === 'COMPARE_BETWEEN') {
    const [lower, upper] = [constantOf(condition['lower'] as Node), constantOf(condition['upper'] as Node)];
    if (typeof lower !== 'string' || typeof upper !== 'string') return undefined;
    return test(condition['input'] as Node, table, (value) => value >= lower && value <= upper);
  }
  const [left, right] = [condition['left'] as Node | undefined, condition['right'] as Node | undefined];
  if (!left || !right) return undefined;
  return (
    test(left, table, comparison(type, constantOf(right))) ??
    test(right, table, comparison(mirrored[type] ?? type, constantOf(left)))
  );
}

function test(
  of: Node | undefined,
  table: string,
  holds: PartitionTest['holds'] | undefined,
): PartitionTest | undefined {
  const column = of && columnOf(of, table);
  return column !== undefined && holds !== undefined ? { column, holds } : undefined;
}

type Constant = string | number;

function comparison(type: string, constant: Constant | undefined): PartitionTest['holds'] | undefined {
  if (type === 'COMPARE_EQUAL') return anyOf([constant]);
  const order = orders[type];
  return order && typeof constant === 'string' ? (value) => order(value, constant) : undefined;
}

/** Texts are compared as they are; beside a whole number DuckDB reads the column as one. Of a mixture nothing is said here. */
function anyOf(constants: readonly (Constant | undefined)[]): PartitionTest['holds'] | undefined {
  if (constants.every((constant) => typeof constant === 'string')) return (value) => constants.includes(value);
  if (constants.every((constant) => typeof constant === 'number')) return (value) => constants.includes(Number(value));
  return undefined;
}

/** The partition column that is meant, with the table's name before it or without. */
function columnOf({ type, column_names: names }: Node, table: string): string | undefined {
  if (type !== 'COLUMN_REF') return undefined;
  const [column, qualifier = table, ...more] = (names as string[]).map((name) => name.toLowerCase()).reverse();
  return more.length === 0 && qualifier === table && partitionColumns.includes(column!) ? column : undefined;
}

function constantOf({ type, value }: Node): Constant | undefined {
  if (type !== 'VALUE_CONSTANT') return undefined;
  const { type: of, is_null: isNull, value: constant } = value as { type: Node; is_null: boolean; value: unknown };
  if (isNull) return undefined;
  if (of['id'] === 'VARCHAR' && typeof constant === 'string') return constant;
  return of['id'] === 'INTEGER' && Number.isInteger(constant) ? (constant as number) : undefined;
}
