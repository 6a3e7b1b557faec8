/*
 * Batches as Java clients send them: three notices from offset 7 on, recorded with MemoryRecords.withRecords of kafka-clients
 * 4.2.0.
 */
const recorded = {
  gzip:
    'AAAAAAAAAAcAAACH/////wJ/w+YGAAEAAAACAAABZPLIwAAAAAFk8sjAAv//////////////////AAAAAx+LCAAAAAAAAP+rYGBgkCg2ttLXL0os18/M0w' +
    '9B5hgZGFroGwCRIZhpYKFrYKhraGBiZGyil17FkMDAxMRIlAZjiIYKBhYW0m0zgWgGAPKtHj+rAAAA',
  snappy:
    'AAAAAAAAAAcAAACX/////wIECiu5AAIAAAACAAABZPLIwAAAAAFk8sjAAv//////////////////AAAAA4JTTkFQUFkAAAAAAQAAAAEAAABSqwFEeAAAAB' +
    'hzMzovL3Jhdy9pbi9ULg0AJDIwMTgvMDgvMDEFC1AwOC0wMS0xMDQyMzQuZ3oAYAACAgGSMQAAMwkxDHgABATGbgAYNDM0Lmd6AA==',
  lz4:
    'AAAAAAAAAAcAAACR/////wL5SRRqAAMAAAACAAABZPLIwAAAAAFk8sjAAv//////////////////AAAAAwQiTRhgQIJRAAAA+AN4AAAAGHMzOi8vcmF3L2' +
    'luL1QNAKEyMDE4LzA4LzAxCwD/BjA4LTAxLTEwNDIzNC5negBgAAICATEAEhIzMQBPeAAEBG4AH3A0MzQuZ3oAAAAAAA==',
  zstd:
    'AAAAAAAAAAcAAACL/////wL+qbnNAAQAAAACAAABZPLIwAAAAAFk8sjAAv//////////////////AAAAAyi1L/0AWHQCANQDeAAAABhzMzovL3Jhdy9pbi' +
    '9UMjAxOC8wOC8wMTA4LTAxLTEwNDIzNC5negBgAAICATN4AAQENDM0Lmd6AAUAxyESGG5UPXO5EOBmGAEAAA==',
};

export const javaBatches = Object.entries(recorded).map(([name, base64]) => ({
  name,
  batch: Buffer.from(base64, 'base64'),
}));

export const javaBatch = (name: keyof typeof recorded): Buffer => Buffer.from(recorded[name], 'base64');

/** The notices in them: key and value. */
export const sentByJava = [
  ['s3://raw/in/', 's3://raw/in/2018/08/01/201808-01-104234.gz'],
  [undefined, 's3://raw/in/2018/08/01/201808-01-104334.gz'],
  ['s3://raw/in/', 's3://raw/in/2018/08/01/201808-01-104434.gz'],
];
