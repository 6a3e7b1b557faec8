/** Windows are ten minutes of event time, aligned to the epoch; a window is named by its start in epoch seconds. */
export const windowSeconds = 600;

export const windowStart = (timestamp: number): number => timestamp - (timestamp % windowSeconds);

export const windowEnd = (start: number): number => start + windowSeconds;
