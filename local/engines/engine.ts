/** Where an engine of one platform lives, and how it tells what it does. */
export interface Place {
  /** The platform's home: records, logs and data go below it. Absolute. */
  readonly home: string
  /** Told what is going on, for a person who waits. Default: nobody listens. */
  readonly report?: (doing: string) => void
}

/** A real system that stands on this machine for one that AWS runs. `Address` says where it answers. */
export interface Engine<Address> {
  /** Also the name of its log and of its record; a name of `lodestream logs`. */
  readonly name: string
  /** Fetches what the engine needs into the shared cache, once; verifies it every time. Safe to run twice at once. */
  install(place: Place): Promise<void>
  /** Starts the engine, or finds it running. Resolves when it answers real requests; installs first where needed. */
  start(place: Place): Promise<Address>
  /** Ends it and everything it started; its data stays. Harmless where it does not run. */
  stop(place: Place): Promise<void>
}
