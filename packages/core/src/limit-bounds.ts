/** The most that `maxDepth` can be: values are written and read by recursion. */
export const deepest = 512;

/** The least that these can be: with less, an error or a gap could not be told. A peer that tells less is refused. */
export const leastLimits = { maxPacketBytes: 1024, maxDepth: 4, maxNodes: 64 };
