/** Where a source puts the raw file of a time (epoch seconds): `…/2018/08/01/201808-01-104234.gz`, in UTC. */
export function rawFilePath(folder: string, fileTime: number): string {
  const [year, month, day, time] = new Date(fileTime * 1_000)
    .toISOString()
    .replaceAll(':', '')
    .split(/[-T.]/) as string[];
  return `${folder}/${year}/${month}/${day}/${year}${month}-${day}-${time}.gz`;
}
