import {
  type DuckDBPreparedStatement,
  type DuckDBResult,
  DuckDBTimestampTZValue,
  DuckDBTypeId,
  type DuckDBValueConverter,
  type Json,
  JsonDuckDBValueConverter,
  ResultReturnType,
} from '@duckdb/node-api';

/** A value as JSON has it. What a JavaScript number cannot hold exactly is text. */
export type Value = Json;

export interface Column {
  readonly name: string;
  readonly isNumeric: boolean;
}

/** The answer to a statement: rows come in batches, as they are asked for, once. */
export interface Result {
  readonly columns: readonly Column[];
  readonly batches: AsyncIterable<readonly (readonly Value[])[]>;
}

// What a store holds are moments, not wall clocks: the same everywhere.
DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;

const numericTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.BIGNUM,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);

/**
 * Runs a statement. Its rows are computed as they are read, and reading fails when they cannot be; column names are
 * made distinct.
 */
export async function resultOf(statement: DuckDBPreparedStatement): Promise<Result> {
  const streamed = await statement.stream();
  const isNumeric = streamed.columnNames().map((_, index) => numericTypes.has(streamed.columnTypeId(index)));
  return {
    columns: streamed.deduplicatedColumnNames().map((name, index) => ({ name, isNumeric: isNumeric[index]! })),
    batches: batchesOf(streamed, statement),
  };
}

async function* batchesOf(streamed: DuckDBResult, statement: DuckDBPreparedStatement) {
  yield* streamed.yieldConvertedRows(toValue);
  // A stream that breaks off ends like one that is complete, and only this tells them apart. What broke it is not told
  // at all, so the statement runs again without streaming, which is.
  if (streamed.returnType === ResultReturnType.INVALID) {
    await statement.run();
    throw new Error('the answer broke off before its end; try again');
  }
}

const toValue: DuckDBValueConverter<Value> = (value, type, convert) => {
  if (value === null) return null;
  const json = JsonDuckDBValueConverter(value, type, convert);
  return numericTypes.has(type.typeId) && typeof json === 'string' ? exactNumber(json) : json;
};

/**
 * A number that has the very digits of `text`, less zeros at the end of decimals; what JavaScript cannot hold so stays
 * text.
 */
function exactNumber(text: string): Value {
  const digits = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const number = Number(digits);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER && String(number) === digits ? number : text;
}
