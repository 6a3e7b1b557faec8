/** The one name of a part's object below the store's root; a revision replaces it under the same name. */
export function objectName(feature: string, window: number, partition: number): string {
  const [year, month, day, hour, minute] = new Date(window * 1000).toISOString().split(/[-T:]/);
  const part = String(partition).padStart(5, '0');
  return `features_store/${feature}/year=${year}/month=${month}/day=${day}/hour=${hour}/ten_mins=${minute}/part-${part}.parquet`;
}

/** How the objects of a feature are named, for people. */
export const objectPattern = (feature: string): string =>
  `features_store/${feature}/year=YYYY/month=MM/day=DD/hour=HH/ten_mins=MM/part-NNNNN.parquet`;

const namedWindow =
  /^features_store\/[^/]+\/year=(\d+)\/month=(\d\d)\/day=(\d\d)\/hour=(\d\d)\/ten_mins=(\d\d)\/part-\d+\.parquet$/;

/** The window of an object by its name; `undefined` for what is no part. */
export function windowOfObject(name: string): number | undefined {
  const found = namedWindow.exec(name);
  if (!found) return undefined;
  const [, year, month, day, hour, minute] = found;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
