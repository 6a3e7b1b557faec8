/** A place in the marketplace that writes raw files of its own. */
export interface Source {
  /** The folders before the date, as in `in/horizontals/olx/android`. */
  readonly folder: string;
  readonly brand: string;
  readonly platform: Platform;
  /** Where its people live, the most of them in the first. */
  readonly countries: readonly string[];
  readonly timestamps: 'seconds' | 'milliseconds' | 'text';
}

export type Platform = (typeof platforms)[number];

const platforms = ['android', 'ios', 'web'] as const;

const brands = [
  { vertical: 'horizontals', brand: 'olx', countries: ['pl', 'pt', 'ro', 'ua', 'bg', 'in'] },
  { vertical: 'horizontals', brand: 'letgo', countries: ['us', 'tr', 'es'] },
  { vertical: 'motors', brand: 'otomoto', countries: ['pl'] },
  { vertical: 'realestate', brand: 'storia', countries: ['ro'] },
  { vertical: 'motors', brand: 'autovit', countries: ['ro', 'md'] },
  { vertical: 'horizontals', brand: 'dubizzle', countries: ['ae', 'eg', 'lb'] },
  { vertical: 'motors', brand: 'standvirtual', countries: ['pt'] },
  { vertical: 'realestate', brand: 'otodom', countries: ['pl'] },
  { vertical: 'realestate', brand: 'imovirtual', countries: ['pt'] },
] as const;

/** That many distinct sources; the first ones differ in brand and in platform. */
export const sources = (count: number): Source[] => Array.from({ length: count }, (_, index) => sourceAt(index));

function sourceAt(index: number): Source {
  const { vertical, brand, countries } = brands[index % brands.length]!;
  const round = Math.floor(index / brands.length);
  const platform = platforms[(index + round) % platforms.length]!;
  const generation = Math.floor(round / platforms.length) + 1;
  return {
    folder: `in/${vertical}/${brand}/${platform}${generation > 1 ? `-${generation}` : ''}`,
    brand,
    platform,
    countries,
    timestamps: timestampsOf(brand, platform),
  };
}

/** Browsers send `Date.now()`; one brand's trackers send text. */
function timestampsOf(brand: string, platform: Platform): Source['timestamps'] {
  if (platform === 'web') return 'milliseconds';
  return brand === 'storia' ? 'text' : 'seconds';
}
