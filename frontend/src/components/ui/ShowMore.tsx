import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { Failure } from "./states";

interface Props {
  query: Pick<
    UseInfiniteQueryResult,
    "error" | "fetchNextPage" | "hasNextPage" | "isFetchingNextPage" | "isFetchNextPageError"
  >;
}

/** Below a list that comes in pages: the next one, as long as there is one, and why it did not come. */
export function ShowMore({ query }: Props) {
  return (
    <>
      {query.isFetchNextPageError && query.error && <Failure error={query.error} />}
      {query.hasNextPage && (
        <button
          type="button"
          className="button button-quiet button-small mt-3"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {query.isFetchingNextPage ? "Loading…" : "Show more"}
        </button>
      )}
    </>
  );
}
