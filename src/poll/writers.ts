import * as Context from "effect/Context"
import { WriterPool } from "../exposition/sample-writer.ts"

/** The buffer pool of all polls and pages of this thread. */
export const Writers = Context.Reference<WriterPool>("poller/Writers", { defaultValue: () => new WriterPool() })
