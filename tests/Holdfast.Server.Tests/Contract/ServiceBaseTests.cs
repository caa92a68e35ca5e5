using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Holdfast.Server.Generated;

namespace Holdfast.Server.Tests.Contract;

public sealed class ServiceBaseTests
{
    [Fact]
    public void Every_method_of_the_contract_has_a_base_and_is_bound()
    {
        var names = new List<string>();
        WorkflowServiceBinding.AddMethods(new NamesOfMethods<WorkflowServiceBase>(names));
        OperatorServiceBinding.AddMethods(new NamesOfMethods<OperatorServiceBase>(names));

        Assert.Equal(Services.Methods.Select(method => $"/{method.Service.FullName}/{method.Name}").Order(), names.Order());
    }

    [Theory]
    [InlineData(0, typeof(WorkflowServiceBase))]
    [InlineData(1, typeof(OperatorServiceBase))]
    public void The_bases_take_and_give_what_the_contract_says(int service, Type serviceBase)
    {
        var expected = Services.All[service].Methods.Select(method => $"{method.Name}({method.InputType.ClrType}) -> {Reply(method)}");

        var actual = serviceBase.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(method => (method, reply: method.ReturnType.GetGenericArguments()[0]))
            .Select(pair => $"{pair.method.Name}({pair.method.GetParameters()[0].ParameterType}) -> {(pair.reply == typeof(RawReply) ? "raw" : pair.reply)}");

        Assert.Equal(expected.Order(), actual.Order());

        string Reply(MethodDescriptor method) =>
            serviceBase.GetMethod(method.Name)?.ReturnType == typeof(Task<RawReply>) ? "raw" : method.OutputType.ClrType.ToString();
    }

    private sealed class NamesOfMethods<TService>(List<string> names) : IServiceMethods<TService>
        where TService : class
    {
        public void Add<TRequest, TReply>(Method<TRequest, TReply> method, UnaryServerMethod<TService, TRequest, TReply> call)
            where TRequest : class
            where TReply : class =>
            names.Add(method.FullName);
    }
}
