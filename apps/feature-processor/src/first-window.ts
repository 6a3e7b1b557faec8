/** Under which setting the first window is kept that the stream of a feature holds whole on a partition. */
export const firstWindowSetting = (feature: string, partition: number): string =>
  `first-window/${feature}/${partition}`;
