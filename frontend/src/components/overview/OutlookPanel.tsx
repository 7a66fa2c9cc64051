import { useQuery } from "@tanstack/react-query";
import { outlookQuery } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";
import { Panel } from "../ui/Panel";
import { Failure, Skeleton } from "../ui/states";
import { absorbed, course, leaving } from "./outlook";

const DAYS = 90;
const MOST_LEAVING = 2;

/** What comes if nothing changes, and how much room there is. */
export function OutlookPanel() {
  const { business } = useCurrentBusiness();
  const outlook = useQuery(outlookQuery(business.id, DAYS));
  return (
    <Panel title="What comes next" action={<a href="/dashboard/simulator">Try what would change it</a>}>
      {outlook.isPending ? (
        <Skeleton className="h-40" />
      ) : outlook.isError ? (
        <Failure error={outlook.error} retry={() => void outlook.refetch()} />
      ) : (
        <ul className="flex flex-col gap-2.5 text-sm text-soft">
          <li className="text-ink">{course(outlook.data)}</li>
          {outlook.data.limits.map((limit) => (
            <li key={limit.threshold}>{absorbed(limit)}</li>
          ))}
          {outlook.data.roll_offs.slice(0, MOST_LEAVING).map((each) => (
            <li key={`${each.kind} ${each.first}`}>{leaving(each, outlook.data.currency)}</li>
          ))}
          <li className="text-xs text-faint">A continuation of what was, not a forecast.</li>
        </ul>
      )}
    </Panel>
  );
}
