/** An object in S3. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** The objects that a Map reads its items from and writes its results to. Both reject where the service behind them refuses. */
export interface StoredObjects {
  read(place: ObjectPlace): Promise<string>;
  write(place: ObjectPlace, text: string): Promise<void>;
}
