using System.Globalization;
using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Holdfast.Benchmarks.Soak;

/// <summary>What one workflow of a soak does, step by step; worker and client work it out of the same number.</summary>
internal sealed record SoakProgram(int Number, int Generation, IReadOnlyList<SoakStep> Steps, bool Continues)
{
    // Every fourth is a plain one, always the same work: the one whose time from start to end is measured.
    private const int PlainEvery = 4;

    // A later generation has no one who signals it: the client talks to the first alone.
    private static readonly SoakStep[] Any =
        [SoakStep.Activity, SoakStep.Activity, SoakStep.FailingActivity, SoakStep.Timer, SoakStep.Signal, SoakStep.Update];
    private static readonly SoakStep[] Unattended = [SoakStep.Activity, SoakStep.Activity, SoakStep.FailingActivity, SoakStep.Timer];

    public bool IsPlain => Number % PlainEvery == 0;

    public static SoakProgram Of(int number, int generation)
    {
        if (number % PlainEvery == 0)
            return new(number, generation, [SoakStep.Activity, SoakStep.Activity, SoakStep.Activity], Continues: false);
        var random = new Random(HashCode.Combine(number, generation));
        var among = generation == 0 ? Any : Unattended;
        var steps = Enumerable.Range(0, random.Next(1, 9)).Select(_ => among[random.Next(among.Length)]).ToArray();
        return new(number, generation, steps, Continues: generation < 5 && random.Next(5) == 0);
    }

    public static SoakProgram Of(Payloads input)
    {
        var numbers = input.Payloads_[0].Data.ToStringUtf8().Split(',');
        return Of(int.Parse(numbers[0].TrimStart('"'), CultureInfo.InvariantCulture), int.Parse(numbers[1].TrimEnd('"'), CultureInfo.InvariantCulture));
    }

    /// <summary>What the workflow is started with: its numbers, then a mail.</summary>
    public Payloads Input()
    {
        var mail = Load.Payloads.Mail(string.Create(CultureInfo.InvariantCulture, $"{Number}"));
        mail.Payloads_.Insert(0, new Payload
        {
            Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
            Data = ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture, $"\"{Number},{Generation}\"")),
        });
        return mail;
    }
}
