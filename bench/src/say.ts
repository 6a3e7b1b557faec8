/** Says how far the benchmark is, beside its table. */
export const say = (text: string): void => console.error(`bench: ${text}`);
