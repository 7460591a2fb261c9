/** What a server may lack, as factors for `allPairs`: each with the value of a modern server first. */
export const serverFeatures = {
  mlsd: [true, false],
  mdtm: [true, false],
  size: [true, false],
  restart: [true, false],
  epsv: [true, false],
  uniqueFact: [true, false],
  utf8: [true, false],
  feat: [true, false],
} as const;
