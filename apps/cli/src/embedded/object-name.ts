/** The one name of a part's object below the store's root; a revision replaces it under the same name. */
export function objectName(feature: string, window: number, partition: number): string {
  const [year, month, day, hour, minute] = new Date(window * 1000).toISOString().split(/[-T:]/);
  const part = String(partition).padStart(5, '0');
  return `features_store/${feature}/year=${year}/month=${month}/day=${day}/hour=${hour}/ten_mins=${minute}/part-${part}.parquet`;
}
