/** A table as the template describes it. */
export interface TableDefinition {
  readonly name: string;
  readonly attributes: readonly {
    readonly AttributeName: string;
    readonly AttributeType: 'S' | 'N' | 'B';
  }[];
  readonly keys: readonly TableKey[];
  readonly indexes: readonly TableIndex[];
}

/** A global secondary index. */
export interface TableIndex {
  readonly IndexName: string;
  readonly KeySchema: readonly TableKey[];
  readonly Projection: {
    readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly NonKeyAttributes?: readonly string[] | undefined;
  };
}

interface TableKey {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}
