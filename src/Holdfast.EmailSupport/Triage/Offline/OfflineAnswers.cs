namespace Holdfast.EmailSupport.Triage.Offline;

/// <summary>The few questions to which the rules know an answer. Sample answers: a real desk puts its own here or uses a model.</summary>
internal static class OfflineAnswers
{
    private static readonly OfflineKnownAnswer[] Known =
    [
        new("en", ["password"],
            "You can set a new password yourself: choose \"Forgot password\" on the sign-in page, and follow the steps in the mail that you get. If that mail does not come within some minutes, please look in your spam folder first."),
        new("en", ["export"],
            "You can export your data yourself: open Settings, choose \"Export\", and pick the format. Large exports are prepared in the background, and you get a mail when yours is ready."),
        new("en", ["change my e-mail", "change my email", "change email", "new e-mail address", "new email address"],
            "You can change the address yourself: open Settings, choose \"Profile\", and enter the new address. We send a confirmation to both addresses."),
        new("en", ["dark mode", "dark theme"],
            "Yes: open Settings, choose \"Appearance\", and pick the dark theme."),
        new("de", ["passwort", "kennwort"],
            "Sie können selbst ein neues Passwort festlegen: Wählen Sie auf der Anmeldeseite „Passwort vergessen“ und folgen Sie der Nachricht, die Sie dann erhalten. Kommt sie nicht nach einigen Minuten, sehen Sie bitte zuerst im Spam-Ordner nach."),
        new("fr", ["mot de passe"],
            "Vous pouvez définir vous-même un nouveau mot de passe : choisissez « Mot de passe oublié » sur la page de connexion, puis suivez le message que vous recevrez. S'il n'arrive pas en quelques minutes, regardez d'abord dans vos courriers indésirables."),
        new("es", ["contraseña"],
            "Puede elegir una contraseña nueva usted mismo: pulse «He olvidado mi contraseña» en la página de acceso y siga el mensaje que recibirá. Si no llega en unos minutos, mire primero en la carpeta de correo no deseado."),
    ];

    /// <summary>The answer in this language, or null.</summary>
    public static string? Find(string text, string language) =>
        Array.Find(Known, answer => answer.Language == language && OfflineWords.Hits(text, answer.Phrases) > 0)?.Text;
}
