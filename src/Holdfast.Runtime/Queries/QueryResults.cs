using Holdfast.Engine;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Holdfast.Runtime.Queries;

/// <summary>What a worker says to a query, as the caller hears it.</summary>
internal static class QueryResults
{
    public static Answer<QueryWorkflowResponse> Of(WorkflowQueryResult result) => Of(result.ResultType, result.Answer, result.ErrorMessage, result.Failure);

    public static Answer<QueryWorkflowResponse> Of(QueryResultType type, Payloads? result, string errorMessage, Failure? failure) => type switch
    {
        QueryResultType.Answered => new QueryWorkflowResponse { QueryResult = result },
        QueryResultType.Failed => new Refusal(RefusalCode.InvalidArgument, errorMessage, new QueryFailedFailure { Failure = failure }),
        QueryResultType.Unspecified or _ => Refusal.InvalidArgument("The worker's answer to the query has an unknown result type."),
    };
}
