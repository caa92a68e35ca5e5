namespace Holdfast.Simulation.Machines;

/// <summary>
/// An operating-system process: a scheduler and a clock. When it is killed, nothing of it ever goes on: no continuation, no timer, no finally block.
/// </summary>
internal sealed class SimulatedProcess : TaskScheduler
{
    private readonly World world;

    public SimulatedProcess(World world, string name)
    {
        this.world = world;
        Name = name;
        Clock = new SimulatedClock(world, this);
    }

    public string Name { get; }

    public TimeProvider Clock { get; }

    public bool IsDead { get; private set; }

    public override int MaximumConcurrencyLevel => 1;

    public void Kill()
    {
        if (IsDead)
            return;
        IsDead = true;
        world.Tell($"{Name} is killed");
    }

    /// <summary>Starts work in this process.</summary>
    public Task Run(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public Task<T> Run<T>(Func<Task<T>> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public Task Pause(TimeSpan time) => Task.Delay(time, Clock);

    public void Execute(Task task)
    {
        if (!IsDead)
            TryExecuteTask(task);
    }

    protected override void QueueTask(Task task)
    {
        if (!IsDead)
            world.Enqueue(this, task);
    }

    // Never at once: what goes on next is the dice's choice.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
