import * as Context from "effect/Context"
import { WriterPool } from "../exposition/sample-writer.ts"

/** The memory that all polls and pages of this thread share. */
export const Writers = Context.Reference<WriterPool>("poller/Writers", { defaultValue: () => new WriterPool() })
