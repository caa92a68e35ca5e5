using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Simulation.Machines;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Holdfast.Simulation.Workers;

/// <summary>
/// A workflow as an author would write it: a few random steps, one after the other. A pure function of the history, as replaying workers need it: what has
/// not begun of the first unfinished step is what the workflow asks for next.
/// </summary>
internal sealed class WorkflowProgram
{
    public const string FinishSignal = "finish";
    public const string Queue = "q";

    private readonly int seed;
    private readonly int generation;
    private readonly History history;
    private readonly string workflowId;
    private readonly List<Command> commands = [];
    private readonly Dice dice;

    private WorkflowProgram(History history, string workflowId)
    {
        this.history = history;
        this.workflowId = workflowId;
        var input = Said.Numbers(history.Started.Input);
        seed = input[0];
        generation = input[1];
        dice = new Dice(seed);
    }

    /// <summary>The commands of the next turn.</summary>
    public static List<Command> Next(History history, string workflowId)
    {
        var program = new WorkflowProgram(history, workflowId);
        program.Run();
        return program.commands;
    }

    public static Payloads Input(int seed, int generation) => Said.Numbers(seed, generation);

    private void Run()
    {
        var steps = 1 + dice.Below(4);
        var heedsCancel = dice.Chance(0.7);
        for (var i = 0; i < steps; i++)
        {
            var kind = dice.Of(System.Enum.GetValues<StepKind>());
            var choices = new Dice(seed + (i * 7919));
            if (history.CancelRequested && heedsCancel)
            {
                commands.Add(new Command { CommandType = CommandType.CancelWorkflowExecution, CancelWorkflowExecutionCommandAttributes = new() });
                return;
            }

            if (!Do(i, kind, choices) && !history.MustFinish)
                return;
        }

        Close();
    }

    /// <summary>Does what is left to do of a step; true when nothing is left to wait for.</summary>
    private bool Do(int step, StepKind kind, Dice choices)
    {
        switch (kind)
        {
            case StepKind.Activities:
                {
                    var done = true;
                    for (var i = 0; i <= choices.Below(3); i++)
                        done &= Activity(Said.Name("activity", step, i), choices);
                    return done;
                }

            case StepKind.Timer:
                return Timer(Said.Name("timer", step), choices.Between(0.1, 90));
            case StepKind.TimerRace:
                {
                    var timer = Said.Name("timer", step);
                    var fired = Timer(timer, choices.Between(0.1, 20));
                    var done = Activity(Said.Name("activity", step), choices);
                    if (done && !fired && commands.Count == 0)
                    {
                        commands.Add(new Command
                        {
                            CommandType = CommandType.CancelTimer,
                            CancelTimerCommandAttributes = new() { TimerId = timer },
                        });
                        return true;
                    }

                    return done || fired;
                }

            case StepKind.Signals:
                return history.Signals >= 1 + choices.Below(3);
            case StepKind.Marker:
                Once(Said.Name("marker", step), name => new Command
                {
                    CommandType = CommandType.RecordMarker,
                    RecordMarkerCommandAttributes = new() { MarkerName = name },
                });
                return true;
            case StepKind.Memo:
                Once(Said.Name("memo", step), name => new Command
                {
                    CommandType = CommandType.ModifyWorkflowProperties,
                    ModifyWorkflowPropertiesCommandAttributes = new()
                    {
                        UpsertedMemo = new Memo { Fields = { [name] = new Payload { Data = ByteString.CopyFromUtf8("1") } } },
                    },
                });
                return true;
            case StepKind.Child:
                {
                    if (generation > 1 || history.MustFinish)
                        return true;
                    var waits = choices.Chance(0.6);
                    var name = Said.Name("child", step);
                    Once(name, control => new Command
                    {
                        CommandType = CommandType.StartChildWorkflowExecution,
                        StartChildWorkflowExecutionCommandAttributes = new()
                        {
                            WorkflowId = $"{workflowId}/{control}",
                            WorkflowType = new WorkflowType { Name = "random" },
                            TaskQueue = new TaskQueue { Name = Queue },
                            Input = Input(choices.Below(1_000_000), generation + 1),
                            ParentClosePolicy = choices.Of(ParentClosePolicy.Terminate, ParentClosePolicy.Abandon, ParentClosePolicy.RequestCancel),
                            Control = control,
                        },
                    });
                    return !waits || history.Ended.Contains(name);
                }

            case StepKind.SignalOther:
                {
                    var name = Said.Name("signal", step);
                    Once(name, control => new Command
                    {
                        CommandType = CommandType.SignalExternalWorkflowExecution,
                        SignalExternalWorkflowExecutionCommandAttributes = new()
                        {
                            Execution = new WorkflowExecution { WorkflowId = Other(choices) },
                            SignalName = "from another workflow",
                            Control = control,
                        },
                    });
                    return history.Ended.Contains(name);
                }

            case StepKind.CancelOther:
                {
                    var name = Said.Name("cancel", step);
                    Once(name, control => new Command
                    {
                        CommandType = CommandType.RequestCancelExternalWorkflowExecution,
                        RequestCancelExternalWorkflowExecutionCommandAttributes = new() { WorkflowId = Other(choices), Control = control },
                    });
                    return history.Ended.Contains(name);
                }

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Close()
    {
        var end = new Dice(seed + 1).Below(6);
        if (end == 0 && generation < 3 && !history.MustFinish)
        {
            commands.Add(new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new() { Input = Input(seed + 17, generation + 1) },
            });
        }
        else if (end == 1)
        {
            commands.Add(new Command
            {
                CommandType = CommandType.FailWorkflowExecution,
                FailWorkflowExecutionCommandAttributes = new()
                {
                    Failure = new Failure { Message = "on purpose", ApplicationFailureInfo = new() { Type = "Purpose", NonRetryable = history.MustFinish } },
                },
            });
        }
        else
        {
            commands.Add(new Command
            {
                CommandType = CommandType.CompleteWorkflowExecution,
                CompleteWorkflowExecutionCommandAttributes = new() { Result = Said.Numbers(seed) },
            });
        }
    }

    private static string Other(Dice choices) => string.Create(CultureInfo.InvariantCulture, $"w{choices.Below(3)}.{choices.Below(4)}");

    private bool Timer(string name, TimeSpan delay)
    {
        Once(name, id => new Command
        {
            CommandType = CommandType.StartTimer,
            StartTimerCommandAttributes = new() { TimerId = id, StartToFireTimeout = Duration.FromTimeSpan(delay) },
        });
        return history.Ended.Contains(name);
    }

    private bool Activity(string name, Dice choices)
    {
        var retries = choices.Of(1, 1, 2, 3, 0);
        var fails = retries == 0 ? choices.Below(3) : choices.Below(retries + 1);
        var schedule = new ScheduleActivityTaskCommandAttributes
        {
            ActivityType = new ActivityType { Name = "random" },
            TaskQueue = new TaskQueue { Name = Queue },
            Input = Said.Numbers(fails, choices.Below(1_000_000)),
            StartToCloseTimeout = Duration.FromTimeSpan(choices.Between(2, 20)),
            RetryPolicy = new RetryPolicy
            {
                InitialInterval = Duration.FromTimeSpan(choices.Between(0.05, 3)),
                BackoffCoefficient = 2,
                MaximumInterval = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
                MaximumAttempts = retries,
            },
        };
        if (choices.Chance(0.5))
            schedule.HeartbeatTimeout = Duration.FromTimeSpan(choices.Between(1, 4));
        if (choices.Chance(0.5))
            schedule.ScheduleToCloseTimeout = Duration.FromTimeSpan(choices.Between(10, 60));
        if (choices.Chance(0.3))
            schedule.ScheduleToStartTimeout = Duration.FromTimeSpan(choices.Between(1, 20));
        Once(name, id =>
        {
            schedule.ActivityId = id;
            return new Command { CommandType = CommandType.ScheduleActivityTask, ScheduleActivityTaskCommandAttributes = schedule };
        });
        return history.Ended.Contains(name);
    }

    private void Once(string name, Func<string, Command> begin)
    {
        if (!history.Begun.Contains(name) && !history.MustFinish)
            commands.Add(begin(name));
    }
}
