using System.Collections.Concurrent;
using Holdfast.EmailSupport.Mail;
using Holdfast.EmailSupport.Mail.Intake;
using Holdfast.EmailSupport.Mail.Reading;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.EmailSupport.Tests.Mail.Intake;

public sealed class MailIntakeTests : IDisposable
{
    private readonly FakeTimeProvider time = new(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly MailFolders folders = new(Directory.CreateTempSubdirectory("holdfast-mail-").FullName);
    private readonly ConcurrentDictionary<string, EmailMessage> started = [];
    private MailIntake intake;

    public MailIntakeTests()
    {
        folders.Create();
        intake = Intake();
    }

    public void Dispose() => Directory.Delete(folders.Root, recursive: true);

    [Fact]
    public async Task A_dropped_file_is_handed_over_and_then_moved_away()
    {
        Drop("a.eml", Raw.Mail("Hello"));

        await LookUntilSettledAsync();

        var email = Assert.Single(started).Value;
        Assert.Equal("Hello", email.Text);
        Assert.Empty(InboxNames);
        Assert.Equal(Raw.Mail("Hello"), File.ReadAllBytes(Path.Combine(folders.Root, email.File)));
    }

    [Fact]
    public async Task A_file_that_still_grows_is_left_alone()
    {
        Drop("a.eml", Raw.Mail("Hello")[..20]);
        await LookAsync();
        time.Advance(TimeSpan.FromMilliseconds(900));
        Drop("a.eml", Raw.Mail("Hello"));
        await LookAsync();
        time.Advance(TimeSpan.FromMilliseconds(900));
        await LookAsync();

        Assert.Empty(started);

        time.Advance(TimeSpan.FromMilliseconds(200));
        await LookAsync();

        Assert.Equal("Hello", Assert.Single(started).Value.Text);
    }

    [Fact]
    public async Task A_mail_of_parts_whose_end_is_missing_gets_time_and_is_then_taken_as_it_is()
    {
        var raw = Raw.Mail("--B\nContent-Type: text/plain\n\nHello", ("Content-Type", "multipart/mixed; boundary=B"));
        Drop("a.eml", raw);
        await LookUntilSettledAsync();

        Assert.Empty(started);
        Assert.Equal(["a.eml"], InboxNames);

        time.Advance(InboxFiles.Patience);
        await LookAsync();

        Assert.Equal("Hello", Assert.Single(started).Value.Text);
    }

    [Fact]
    public async Task The_same_mail_under_another_name_is_not_handled_twice()
    {
        Drop("a.eml", Raw.Mail("Hello"));
        Drop("b.eml", Raw.Mail("Hello"));

        await LookUntilSettledAsync();

        Assert.Single(started);
        Assert.Empty(InboxNames);
    }

    [Fact]
    public async Task A_crash_between_handing_over_and_moving_hands_over_the_same_identity_again()
    {
        Drop("a.eml", Raw.Mail("Hello"));
        var calls = 0;
        intake = Intake((email, _) =>
        {
            calls++;
            started[email.Id] = email;
            throw new TimeoutException("killed here");
        });
        await LookAsync();
        time.Advance(InboxFiles.Settle);
        await Assert.ThrowsAsync<TimeoutException>(LookAsync);
        Assert.Equal(["a.eml"], InboxNames);

        intake = Intake();
        await LookUntilSettledAsync();

        Assert.Equal(1, calls);
        Assert.Single(started);
        Assert.Empty(InboxNames);
    }

    [Fact]
    public async Task Broken_files_go_to_the_rejected_folder_with_the_reason_and_hold_up_nothing()
    {
        Drop("1-empty.eml", []);
        Drop("2-noise.eml", "\r\n\r\nnoise"u8.ToArray());
        Drop("3-good.eml", Raw.Mail("Hello"));

        await LookUntilSettledAsync();

        Assert.Equal("Hello", Assert.Single(started).Value.Text);
        Assert.Equal(["1-empty.eml", "2-noise.eml"], InboxNames);

        time.Advance(InboxFiles.Patience);
        await LookAsync();

        Assert.Empty(InboxNames);
        Assert.StartsWith("The file is empty.", Reason("1-empty.eml"), StringComparison.Ordinal);
        Assert.Contains("it has no headers", Reason("2-noise.eml"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folders.Rejected, "2-noise.eml")));
    }

    [Fact]
    public async Task Two_rejected_files_of_one_name_are_both_kept()
    {
        for (var round = 0; round < 2; round++)
        {
            Drop("a.eml", []);
            await LookAsync();
            time.Advance(InboxFiles.Patience);
            await LookAsync();
        }

        Assert.Equal(
            ["a-2.eml", "a-2.eml.reason.txt", "a.eml", "a.eml.reason.txt"],
            Directory.GetFiles(folders.Rejected).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Mail_beyond_the_size_limit_is_rejected_without_being_read()
    {
        var path = Path.Combine(folders.Inbox, "big.eml");
        using (var big = File.Create(path))
            big.SetLength(MailIntake.MaxBytes + 1);

        await LookUntilSettledAsync();

        Assert.Empty(started);
        Assert.Contains("at most 25 MB", Reason("big.eml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_the_server_refuses_for_good_is_rejected()
    {
        Drop("a.eml", Raw.Mail("Hello"));
        intake = Intake((_, _) => throw new MailRefusedException("The server refused it: too large."));

        await LookUntilSettledAsync();

        Assert.StartsWith("The server refused it", Reason("a.eml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_a_Maildirs_new_folder_is_taken_at_once_whatever_its_name()
    {
        Directory.CreateDirectory(Path.Combine(folders.Inbox, "new"));
        Drop("new/1700000000.M1P2.host", Raw.Mail("Hello"));

        await LookAsync();

        Assert.Single(started);
    }

    [Theory]
    [InlineData(".hidden.eml")]
    [InlineData("mail.eml.part")]
    [InlineData("notes.txt")]
    public async Task Files_that_are_no_finished_mail_stay(string name)
    {
        Drop(name, Raw.Mail("Hello"));

        await LookUntilSettledAsync();

        Assert.Empty(started);
        Assert.Equal([name], InboxNames);
    }

    private IEnumerable<string?> InboxNames => Directory.GetFiles(folders.Inbox).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private MailIntake Intake(StartEmail? start = null) => new(
        folders,
        new MailReader(Raw.Identity),
        start ?? ((email, _) => Task.FromResult(started.TryAdd(email.Id, email))),
        time,
        NullLogger<MailIntake>.Instance);

    private void Drop(string name, byte[] raw) => File.WriteAllBytes(Path.Combine(folders.Inbox, name), raw);

    private string Reason(string name) => File.ReadAllText(Path.Combine(folders.Rejected, name + ".reason.txt"));

    private Task<int> LookAsync() => intake.LookAsync(CancellationToken.None);

    private async Task LookUntilSettledAsync()
    {
        await LookAsync();
        time.Advance(InboxFiles.Settle);
        await LookAsync();
    }
}
