// Two different places out of `count`, at random, in order.
export function twoOf(count: number, random: () => number = Math.random): [number, number] {
  const first = Math.floor(random() * count)
  const second = (first + 1 + Math.floor(random() * (count - 1))) % count
  return first < second ? [first, second] : [second, first]
}

export const kWords = 24

export function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[\s,，、]+/).filter(Boolean)
}
