namespace Holdfast.Storage.Postgres.Tests;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://ada:hush@db.example/shop", "db.example", 5432, "shop", "ada", "hush")]
    [InlineData("postgresql://ada:se%3Acr%40et@db.example:5433/my%20shop", "db.example", 5433, "my shop", "ada", "se:cr@et")]
    [InlineData("POSTGRES://ada@db.example/shop", "db.example", 5432, "shop", "ada", null)]
    [InlineData("postgres://[::1]:5433/shop?user=ada", "::1", 5433, "shop", "ada", null)]
    [InlineData("postgres:///shop?host=/run/postgresql&user=ada", "/run/postgresql", 5432, "shop", "ada", null)]
    [InlineData("Host=db.example;Port=5433;Database=shop;Username=ada;Password=hush", "db.example", 5433, "shop", "ada", "hush")]
    public void Urls_and_keywords_are_read(string text, string host, int port, string database, string user, string? password)
    {
        Assert.True(PostgresAddress.IsAddress(text));
        var address = PostgresAddress.Parse(text);
        Assert.Equal((host, port, database, user, password), (address.Settings.Host, address.Settings.Port, address.Database, address.User, address.Settings.Password));
        Assert.Equal($"{host}:{port}/{database}", address.ToString());
        Assert.Equal("holdfast", address.Schema);
    }

    [Theory]
    [InlineData("holdfast.db")]
    [InlineData("/var/lib/holdfast/holdfast.db")]
    [InlineData("mysql://ada@db.example/shop")]
    public void A_file_name_is_no_address(string text) => Assert.False(PostgresAddress.IsAddress(text));

    [Fact]
    public void Settings_in_a_url_are_those_of_other_clients()
    {
        var address = PostgresAddress.Parse(
            "postgres://ada@db.example/shop?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=9&search_path=orders&application_name=shop");
        Assert.Equal(Npgsql.SslMode.VerifyFull, address.Settings.SslMode);
        Assert.Equal("/etc/ca.pem", address.Settings.RootCertificate);
        Assert.Equal(9, address.Settings.Timeout);
        Assert.Equal("orders", address.Schema);
        Assert.Equal("shop", address.Settings.ApplicationName);
    }

    [Theory]
    [InlineData("postgres://ada:hush@db.example:port/shop", "The port")]
    [InlineData("postgres://ada:hush@/shop", "names no host")]
    [InlineData("postgres://ada:hush@db.example/shop?sslmode=maybe", "sslmode")]
    [InlineData("postgres://ada:hush@db.example/shop?colour=red", "colour")]
    [InlineData("Host=db.example;Colour=red;Password=hush", "colour")]
    [InlineData("Database=shop;Password=hush;Server=", "names no host")]
    public void What_cannot_be_read_is_named_and_no_secret_is_told(string text, string told)
    {
        var problem = Assert.Throws<FormatException>(() => PostgresAddress.Parse(text));
        Assert.Contains(told, problem.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hush", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("a\0b\u001bc")]
    [InlineData("\u001b0\0\u001be\u001b")]
    public void Texts_come_back_and_hold_no_zero_meanwhile(string text)
    {
        var stored = StoredText.From(text);
        Assert.DoesNotContain('\0', stored);
        Assert.Equal(text, StoredText.ToText(stored));
        Assert.StartsWith(StoredText.From(text[..(text.Length / 2)]), stored, StringComparison.Ordinal);
    }
}
