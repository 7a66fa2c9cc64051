import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { changePassword, endSession, logoutEverywhere } from "../../lib/api";
import { leave } from "../../lib/api/session";
import { moment } from "../../lib/format";
import { LOGIN } from "../../lib/navigation";
import { sessionsQuery } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";
import { Field } from "../ui/Field";
import { Row, Rows } from "../ui/Rows";
import { Failure, Loaded, Skeleton } from "../ui/states";
import { Section } from "./Section";

/** Where one is signed in, and the password. */
export function SessionsSection() {
  const { business } = useCurrentBusiness();
  const queries = useQueryClient();
  const sessions = useQuery(sessionsQuery());
  const end = useMutation({ mutationFn: endSession, onSettled: () => queries.invalidateQueries(sessionsQuery()) });
  const everywhere = useMutation({
    mutationFn: logoutEverywhere,
    onSuccess: () => leave(LOGIN),
  });
  return (
    <Section id="security" title="Signing in">
      <Password />
      <h3 className="mt-7 mb-1 text-sm font-semibold">Where you are signed in</h3>
      <Loaded query={sessions} placeholder={<Skeleton className="mt-2 h-16" />}>
        {(found) => (
          <Rows>
            {found.map((each) => (
              <Row
                key={each.id}
                title={`Signed in on ${moment(each.created_at, business.timezone)}`}
                note={each.current ? "This browser" : `Last seen ${moment(each.refreshed_at, business.timezone)}`}
              >
                {!each.current && (
                  <button
                    type="button"
                    className="button button-quiet button-small"
                    disabled={end.isPending}
                    onClick={() => end.mutate(each.id)}
                  >
                    Sign out
                  </button>
                )}
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
      {end.isError && <Failure error={end.error} />}
      <button
        type="button"
        className="button button-quiet button-small mt-4"
        disabled={everywhere.isPending}
        onClick={() => everywhere.mutate()}
      >
        Sign out everywhere
      </button>
      {everywhere.isError && <Failure error={everywhere.error} />}
    </Section>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent("");
      setNext("");
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit} className="grid items-end gap-4 sm:grid-cols-[1fr_1fr_auto]">
      <Field
        label="Present password"
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      <button type="submit" className="button" disabled={change.isPending || current === "" || next.length < 8}>
        Change
      </button>
      <div role="status" className="text-sm sm:col-span-full">
        {change.isSuccess && "Changed. Every other device is signed out."}
        {change.isError && <Failure error={change.error} />}
      </div>
    </form>
  );
}
