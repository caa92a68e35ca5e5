namespace Holdfast.Engine;

/// <summary>Why a request was refused; the numbers are gRPC's status codes, so the frontend needs no table.</summary>
public enum RefusalCode
{
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
}
