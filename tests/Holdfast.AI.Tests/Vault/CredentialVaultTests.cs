using Holdfast.AI.Models;
using Holdfast.AI.Secrets;
using Holdfast.AI.Vault;
using Microsoft.Data.Sqlite;

namespace Holdfast.AI.Tests.Vault;

/// <summary>What the vault keeps, and what it gives out.</summary>
public sealed class CredentialVaultTests
{
    private const string First = "sk-ant-api03-first-secret-wxyz";

    [Fact]
    public async Task What_is_put_in_is_used_and_shown_only_masked()
    {
        await using var bench = VaultBench.Open();

        var view = await bench.PutAsync(secret: $"  {First}\n");

        Assert.Equal(("acme", "anthropic", CredentialStatus.Unverified, 1, "…wxyz", "anna"), (view.Tenant, view.Name, view.Status, view.Version, view.Masked, view.CreatedBy));
        Assert.Equal(First, await bench.ResolveAsync());
        Assert.DoesNotContain("first-secret", string.Concat(bench.Vault.List()), StringComparison.Ordinal);
        Assert.DoesNotContain("first-secret", string.Concat(bench.Vault.Audit()), StringComparison.Ordinal);
        Assert.Equal(-1, bench.Bytes().AsSpan().IndexOf("first-secret"u8));
        Assert.Empty(bench.Vault.List("other"));
    }

    [Fact]
    public void A_secret_is_printed_nowhere()
    {
        var secret = new Secret(First);
        var credential = new NewCredential { Tenant = "acme", Name = "a", Provider = "anthropic", Secret = secret };

        Assert.Equal("***", secret.ToString());
        Assert.DoesNotContain("first", credential.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("first", System.Text.Json.JsonSerializer.Serialize(credential), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_key_shows_none_of_its_characters()
    {
        await using var bench = VaultBench.Open();

        Assert.Equal("…", (await bench.PutAsync(secret: "short-key")).Masked);
    }

    [Fact]
    public async Task A_secret_for_something_else_than_a_provider_is_given_back_to_the_program_and_to_no_provider()
    {
        await using var bench = VaultBench.Open(options: new() { OtherUses = ["mail"] });
        await bench.PutAsync();
        var password = await bench.Vault.CreateAsync(new() { Tenant = "acme", Name = "imap", Provider = "mail", Secret = new("a long pass phrase wörd") }, VaultBench.Anna);

        Assert.Equal("…", password.Masked);
        Assert.Equal("a long pass phrase wörd", (await bench.Vault.RevealAsync("acme", "imap", "mail", VaultBench.Anna))!.Value.Reveal());
        Assert.Null(await bench.Vault.RevealAsync("other", "imap", "mail", VaultBench.Anna));
        Assert.Equal(ModelFailureKind.CredentialWaiting, (await Assert.ThrowsAsync<ModelException>(() => bench.ResolveAsync(name: "imap"))).Kind);
        // A provider's key is given to its provider alone, under whatever use it is asked for.
        Assert.Null(await bench.Vault.RevealAsync("acme", "anthropic", "mail", VaultBench.Anna));
        Assert.Equal(VaultFailure.Invalid, (await Assert.ThrowsAsync<VaultException>(() => bench.Vault.RevealAsync("acme", "anthropic", "anthropic", VaultBench.Anna))).Failure);
        Assert.Equal(VaultFailure.Invalid, (await Assert.ThrowsAsync<VaultException>(() => bench.Vault.VerifyAsync("acme", password.Id, VaultBench.Anna))).Failure);
        Assert.Single(bench.Vault.Audit("acme", password.Id), entry => entry.Action == "use");
    }

    [Fact]
    public async Task The_same_key_under_another_name_has_the_same_fingerprint_and_is_told_apart_from_others()
    {
        await using var bench = VaultBench.Open();
        var one = await bench.PutAsync();
        var same = await bench.PutAsync(tenant: "other");
        var another = await bench.PutAsync(name: "second", secret: "sk-ant-api03-second-secret-wxyz");

        Assert.Equal(one.Fingerprint, same.Fingerprint);
        Assert.NotEqual(one.Fingerprint, another.Fingerprint);
    }

    [Fact]
    public async Task Putting_the_same_key_in_twice_is_once_and_another_of_its_name_is_refused()
    {
        await using var bench = VaultBench.Open();
        var one = await bench.PutAsync();

        Assert.Equal(one.Id, (await bench.PutAsync()).Id);
        var refusal = await Assert.ThrowsAsync<VaultException>(() => bench.PutAsync(secret: "sk-ant-api03-another-key-0000"));

        Assert.Equal(VaultFailure.Conflict, refusal.Failure);
        Assert.DoesNotContain("another-key", refusal.ToString(), StringComparison.Ordinal);
        Assert.Single(bench.Vault.List());
    }

    [Theory]
    [InlineData("acme", "anthropic", "anthropic", "")]
    [InlineData("acme", "anthropic", "anthropic", "   ")]
    [InlineData("acme", "anthropic", "anthropic", "sk-ant two words")]
    [InlineData("acme", "anthropic", "anthropic", "sk-ant-api03-ümlaut-in-the-key")]
    [InlineData("acme", "anthropic", "anthropic", "sk-ant-api03-head\r\nx-evil: 1")]
    [InlineData("acme", "anthropic", "anthropic", "sk-proj-of-another-provider")]
    [InlineData("acme", "anthropic", "anthropic", "sk-ant-admin01-too-powerful")]
    [InlineData("acme", "anthropic", "openai", "sk-ant-api03-of-another-provider")]
    [InlineData("acme", "anthropic", "nobody", "sk-ant-api03-no-such-provider")]
    [InlineData("ac me", "anthropic", "anthropic", "sk-ant-api03-fine-secret")]
    [InlineData("acme", "a'b", "anthropic", "sk-ant-api03-fine-secret")]
    public async Task What_cannot_be_a_key_is_refused_without_repeating_it(string tenant, string name, string provider, string secret)
    {
        await using var bench = VaultBench.Open();

        var refusal = await Assert.ThrowsAsync<VaultException>(() => bench.Vault.CreateAsync(
            new() { Tenant = tenant, Name = name, Provider = provider, Secret = new(secret) }, VaultBench.Anna));

        Assert.Equal(VaultFailure.Invalid, refusal.Failure);
        if (secret.Trim().Length > 0)
            Assert.DoesNotContain(secret, refusal.ToString(), StringComparison.Ordinal);
        Assert.Empty(bench.Vault.List());
    }

    [Fact]
    public async Task A_key_that_is_much_too_long_is_refused()
    {
        await using var bench = VaultBench.Open();

        Assert.Equal(VaultFailure.Invalid, (await Assert.ThrowsAsync<VaultException>(() => bench.PutAsync(secret: new('k', 5000)))).Failure);
    }

    [Theory]
    [InlineData("UPDATE credential SET tenant = 'thief'", "thief")]
    [InlineData("UPDATE credential SET tenant = 'thief'; UPDATE tenant_dek SET tenant = 'thief' WHERE tenant = 'acme'", "thief")]
    [InlineData("UPDATE credential_version SET base_url = 'https://thief.example'", "acme")]
    [InlineData("UPDATE credential_version SET secret = (SELECT wrapped FROM tenant_dek LIMIT 1)", "acme")]
    public async Task A_row_that_was_copied_or_changed_does_not_open(string sql, string tenant)
    {
        await using var bench = VaultBench.Open();
        await bench.PutAsync();

        bench.Sql(sql);

        var refusal = await Assert.ThrowsAsync<ModelException>(() => bench.ResolveAsync(tenant));
        Assert.Equal((ModelFailureKind.CredentialWaiting, $"credential:{tenant}/anthropic"), (refusal.Kind, refusal.WaitFor));
        Assert.Contains(bench.Vault.Audit(), entry => entry.Action == "use_denied" && entry.RunId == "run-1");
    }

    [Fact]
    public async Task A_new_version_takes_the_place_of_the_old_whose_secret_is_gone()
    {
        await using var bench = VaultBench.Open();
        var one = await bench.PutAsync();
        var blob = bench.Database.Read(transaction => transaction.Query("SELECT secret FROM credential_version", row => (byte[])row[0])).Single();

        var two = await bench.Vault.RotateAsync("acme", one.Id, new("sk-ant-api03-second-secret-5678"), VaultBench.Anna);

        Assert.Equal((one.Id, 2, "…5678", CredentialStatus.Unverified), (two.Id, two.Version, two.Masked, two.Status));
        Assert.Equal("sk-ant-api03-second-secret-5678", await bench.ResolveAsync());
        bench.Database.Checkpoint();
        Assert.Equal(-1, bench.Bytes().AsSpan().IndexOf(blob));
    }

    [Fact]
    public async Task Rotations_at_the_same_time_all_count()
    {
        await using var bench = VaultBench.Open();
        var one = await bench.PutAsync();
        await using var other = bench.Again();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Task.Run(() =>
            (n % 2 == 0 ? bench : other).Vault.RotateAsync("acme", one.Id, new($"sk-ant-api03-rotated-{n:0000}"), VaultBench.Anna))));

        Assert.Equal(11, bench.Vault.List().Single().Version);
        Assert.StartsWith("sk-ant-api03-rotated-", await bench.ResolveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenants_data_key_is_replaced_while_it_is_in_use()
    {
        await using var bench = VaultBench.Open();
        await bench.PutAsync();
        await bench.PutAsync(name: "second", secret: "sk-ant-api03-second-secret-wxyz");
        await bench.PutAsync(tenant: "other");
        var before = Wrapped(bench, "acme");
        using var stop = new CancellationTokenSource();
        var using_ = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                Assert.Equal(First, await bench.ResolveAsync());
        });

        Assert.Equal(2, await bench.Vault.RotateDataKeyAsync("acme", VaultBench.Anna));

        await stop.CancelAsync();
        await using_;
        Assert.Equal(First, await bench.ResolveAsync());
        Assert.Equal("sk-ant-api03-second-secret-wxyz", await bench.ResolveAsync(name: "second"));
        Assert.NotEqual(before, Wrapped(bench, "acme"));
        // Those who read meanwhile kept the log from being emptied.
        bench.Database.Checkpoint();
        Assert.Equal(-1, bench.Bytes().AsSpan().IndexOf(before));
    }

    [Fact]
    public async Task A_data_keys_replacement_that_was_cut_off_goes_on()
    {
        await using var bench = VaultBench.Open();
        await bench.PutAsync();
        // As a crash leaves it after the new key was made and before anything was sealed with it.
        bench.Sql("INSERT INTO tenant_dek SELECT 'dek_crashed', tenant, kek_id, wrapped, 'decrypt_only', created_at FROM tenant_dek WHERE tenant = 'acme'");
        await bench.Vault.RotateDataKeyAsync("acme", VaultBench.Anna);
        Assert.Equal(First, await bench.ResolveAsync());

        Assert.Equal(1, await bench.Vault.RotateDataKeyAsync("acme", VaultBench.Anna));

        Assert.Equal(First, await bench.ResolveAsync());
        Assert.Equal(["active", "destroyed", "destroyed"], bench.Database.Read(transaction =>
            transaction.Query("SELECT state FROM tenant_dek WHERE tenant = 'acme' ORDER BY state", row => row.GetString(0))));
    }

    [Fact]
    public async Task The_wrapping_key_is_replaced_and_the_old_file_is_needed_no_longer()
    {
        await using var bench = VaultBench.Open();
        await bench.PutAsync();
        await bench.PutAsync(tenant: "other");
        await using (var without = bench.Again(keyFile: "new.key"))
        {
            var refusal = await Assert.ThrowsAsync<ModelException>(() => without.ResolveAsync());
            Assert.Contains("The key file with the id file:", refusal.Message, StringComparison.Ordinal);
        }

        await using (var both = bench.Again(keyFile: "new.key", earlier: ["vault.key"]))
        {
            Assert.Equal(First, await both.ResolveAsync());
            // The tenants' two, and the one that fingerprints are made with.
            Assert.Equal(3, await both.Vault.RewrapAsync(VaultBench.Anna));
            Assert.Equal(0, await both.Vault.RewrapAsync(VaultBench.Anna));
        }

        await using var after = bench.Again(keyFile: "new.key");
        Assert.Equal(First, await after.ResolveAsync());
        Assert.Equal(First, await after.ResolveAsync("other"));
    }

    [Fact]
    public async Task A_destroyed_tenants_secrets_are_gone_and_the_audit_stays()
    {
        await using var bench = VaultBench.Open();
        await bench.PutAsync();
        await bench.PutAsync(tenant: "other");
        var wrapped = Wrapped(bench, "acme");
        Assert.NotEqual(-1, bench.Bytes().AsSpan().IndexOf(wrapped));

        bench.Vault.DestroyTenant("acme", VaultBench.Anna);

        Assert.Equal(-1, bench.Bytes().AsSpan().IndexOf(wrapped));
        Assert.Empty(bench.Vault.List("acme"));
        await Assert.ThrowsAsync<ModelException>(() => bench.ResolveAsync());
        Assert.Equal(First, await bench.ResolveAsync("other"));
        Assert.Equal(["destroy_tenant", "create"], bench.Vault.Audit("acme").Select(entry => entry.Action));
    }

    [Theory]
    [InlineData("UPDATE credential_audit SET who = 'nobody'")]
    [InlineData("DELETE FROM credential_audit")]
    public async Task The_audit_is_only_added_to(string sql)
    {
        await using var bench = VaultBench.Open();
        await bench.PutAsync();

        var refusal = Assert.Throws<SqliteException>(() => bench.Sql(sql));

        Assert.Contains("only added to", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(("create", "anna", "10.1.2.3", "ok"), bench.Vault.Audit().Select(entry => (entry.Action, entry.Who, entry.Address, entry.Result)).Single());
    }

    [Fact]
    public async Task A_deleted_key_is_not_used_and_frees_its_name()
    {
        await using var bench = VaultBench.Open();
        var one = await bench.PutAsync();

        bench.Vault.Delete("acme", one.Id, VaultBench.Anna);

        await Assert.ThrowsAsync<ModelException>(() => bench.ResolveAsync());
        Assert.NotEqual(one.Id, (await bench.PutAsync(secret: "sk-ant-api03-another-key-0000")).Id);
        Assert.Equal(VaultFailure.NotFound, (await Assert.ThrowsAsync<VaultException>(() => bench.Vault.RotateAsync("acme", one.Id, new("x"), VaultBench.Anna))).Failure);
    }

    [Fact]
    public async Task A_credential_of_another_tenant_is_not_found()
    {
        await using var bench = VaultBench.Open();
        var one = await bench.PutAsync();

        Assert.Null(bench.Vault.Find("other", one.Id));
        Assert.Throws<VaultException>(() => bench.Vault.Revoke("other", one.Id, VaultBench.Anna));
        Assert.Equal(First, await bench.ResolveAsync());
    }

    [Fact]
    public async Task A_workflow_types_own_key_goes_before_the_tenants_and_is_for_no_other_type()
    {
        await using var bench = VaultBench.Open();
        await bench.PutAsync();
        await bench.Vault.CreateAsync(
            new() { Tenant = "acme", Name = "anthropic", Provider = "anthropic", Secret = new("sk-ant-api03-for-triage-only"), WorkflowType = "Triage" }, VaultBench.Anna);

        Assert.Equal("sk-ant-api03-for-triage-only", await bench.ResolveAsync(workflowType: "Triage"));
        Assert.Equal(First, await bench.ResolveAsync(workflowType: "Draft"));
    }

    [Theory]
    [InlineData(200, CredentialStatus.Active, "ok")]
    [InlineData(401, CredentialStatus.Invalid, "anthropic answered 401")]
    [InlineData(403, CredentialStatus.Invalid, "anthropic answered 403")]
    [InlineData(402, CredentialStatus.Quota, "anthropic answered 402")]
    public async Task The_provider_is_asked_for_free_whether_it_takes_a_key(int status, CredentialStatus expected, string audited)
    {
        await using var provider = await ProviderStandIn.StartAsync(status == 200
            ? StandInReply.Json(200, """{"data":[],"has_more":false,"first_id":null,"last_id":null}""")
            : AnthropicWire.Failure(status, "some_error", $"The key {First} is not taken"));
        await using var bench = VaultBench.Open(provider);
        var one = await bench.PutAsync();

        var view = await bench.Vault.VerifyAsync("acme", one.Id, VaultBench.Anna);

        Assert.Equal(expected, view.Status);
        var asked = Assert.Single(provider.Requests);
        Assert.Equal(("/v1/models", $"Bearer {First}"), (asked.Path, asked.Headers["Authorization"]));
        var entry = bench.Vault.Audit()[0];
        Assert.Equal("verify", entry.Action);
        Assert.StartsWith(audited, entry.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("first-secret", entry.Result, StringComparison.Ordinal);
        Assert.Equal(status == 200, view.VerifiedAt is not null);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_asked_changes_nothing()
    {
        await using var provider = await ProviderStandIn.StartAsync(AnthropicWire.Failure(529, "overloaded_error"));
        await using var bench = VaultBench.Open(provider);
        var one = await bench.PutAsync();

        var refusal = await Assert.ThrowsAsync<VaultException>(() => bench.Vault.VerifyAsync("acme", one.Id, VaultBench.Anna));

        Assert.Equal(VaultFailure.ProviderUnavailable, refusal.Failure);
        Assert.Equal(CredentialStatus.Unverified, bench.Vault.Find("acme", one.Id)!.Status);
    }

    [Fact]
    public async Task An_OpenAI_key_is_verified_at_OpenAI()
    {
        await using var provider = await ProviderStandIn.StartAsync(StandInReply.Json(200, """{"object":"list","data":[]}"""));
        await using var bench = VaultBench.Open(provider);
        var one = await bench.Vault.CreateAsync(new() { Tenant = "acme", Name = "openai", Provider = "openai", Secret = new("sk-proj-of-openai-0123456789") }, VaultBench.Anna);

        Assert.Equal(CredentialStatus.Active, (await bench.Vault.VerifyAsync("acme", one.Id, VaultBench.Anna)).Status);

        Assert.Equal(("/v1/models", "Bearer sk-proj-of-openai-0123456789"), (provider.Requests.Single().Path, provider.Requests.Single().Headers["Authorization"]));
    }

    [Theory]
    [InlineData(PlatformKeys.Never, false, false)]
    [InlineData(PlatformKeys.WhenMissing, true, false)]
    [InlineData(PlatformKeys.WhenUnusable, true, true)]
    public async Task The_platforms_key_is_used_only_where_the_tenant_allows_it(PlatformKeys policy, bool whenMissing, bool whenRevoked)
    {
        await using var bench = VaultBench.Open();
        bench.Vault.SetPlatformKeys("acme", policy, VaultBench.Anna);
        Assert.Equal(policy, bench.Vault.PlatformKeysOf("acme"));
        Assert.Equal(PlatformKeys.Never, bench.Vault.PlatformKeysOf("other"));

        Assert.Equal(whenMissing, await UsesPlatformAsync());
        var one = await bench.PutAsync();
        Assert.False(await UsesPlatformAsync());
        bench.Vault.Revoke("acme", one.Id, VaultBench.Anna);
        Assert.Equal(whenRevoked, await UsesPlatformAsync());

        async Task<bool> UsesPlatformAsync()
        {
            try
            {
                return await bench.ResolveAsync() == VaultBench.PlatformKey;
            }
            catch (ModelException exception) when (exception.WaitFor == "credential:acme/anthropic")
            {
                return false;
            }
        }
    }

    private static byte[] Wrapped(VaultBench bench, string tenant) => bench.Database.Read(transaction =>
        transaction.Query("SELECT wrapped FROM tenant_dek WHERE tenant = $tenant AND state = 'active'", row => (byte[])row[0], ("$tenant", tenant))).Single();
}
