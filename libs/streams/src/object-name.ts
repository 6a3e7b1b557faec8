/** The one name of a part's object below the store's root; a revision replaces it under the same name. */
export function objectName(feature: string, window: number, partition: number): string {
  const [year, month, day, hour, minute] = new Date(window * 1000).toISOString().split(/[-T:]/);
  const part = String(partition).padStart(5, '0');
  return `features_store/${feature}/year=${year}/month=${month}/day=${day}/hour=${hour}/ten_mins=${minute}/part-${part}.parquet`;
}

const namedWindow =
  /^features_store\/[^/]+\/year=(\d+)\/month=(\d\d)\/day=(\d\d)\/hour=(\d\d)\/ten_mins=(\d\d)\/part-\d+\.parquet$/;

/** The window of an object by its name; `undefined` for what is no part. */
export function windowOfObject(name: string): number | undefined {
  const [, year, month, day, hour, minute] = namedWindow.exec(name) ?? [];
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
