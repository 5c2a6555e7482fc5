"""Wrong answers to chapter 2 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

from gradloom.graph import CycleError, find_cycle, kahn_order, reachable, topological_order
from gradloom_grader.answers import right, wrong

# topological-order


@wrong("graph.topological_order")
def recursion(root, parents):
    """The order is right: half of the points. But every call waits inside another, and Python
    stops at about a thousand. Keep the list of what is still to do yourself."""
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in parents(node):
                visit(parent)
            order.append(node)

    visit(root)
    return order


@wrong("graph.topological_order")
def raises_the_recursion_limit(root, parents):
    """The order is right. A higher limit only moves the depth at which it breaks, for everybody in
    this program. A list of your own as a stack has no limit."""
    import sys

    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in parents(node):
                visit(parent)
            order.append(node)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 100_000)
    try:
        visit(root)
    finally:
        sys.setrecursionlimit(limit)
    return order


@wrong("graph.topological_order")
def appends_before_the_visit(root, parents):
    """Each node is written down when it is found, before its parents. When may it be written
    down at the earliest?"""
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            for parent in parents(node):
                visit(parent)

    visit(root)
    return order


@wrong("graph.topological_order")
def breadth_first(root, parents):
    """The nodes farthest from the root come first here. But how far is a node with a long path to
    the root and a short one? Try f = (x, a) with a = (b,) and b = (x,)."""
    order, seen = [root], {id(root)}
    for node in order:
        for parent in parents(node):
            if id(parent) not in seen:
                seen.add(id(parent))
                order.append(parent)
    return order[::-1]


@wrong("graph.topological_order")
def breadth_first_from_the_root(root, parents):
    """The root comes first here, and it was computed last. And turning the list round is not
    enough where two paths differ in length."""
    order, seen = [root], {id(root)}
    for node in order:
        for parent in parents(node):
            if id(parent) not in seen:
                seen.add(id(parent))
                order.append(parent)
    return order


@wrong("graph.topological_order")
def no_visited_set(root, parents):
    """What is used twice is visited twice, and stands in the order twice. After 40 doublings that
    is more than a million million visits. Remember where you have been."""
    order = []

    def visit(node):
        for parent in parents(node):
            visit(parent)
        order.append(node)

    visit(root)
    return order


@wrong("graph.topological_order")
def drops_doubles_at_the_end(root, parents):
    """The order is right, but doubles are dropped too late: each path has been walked by then, and
    there may be a million million. Turn back at the door of a node that you know."""
    found, stack = [], [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            found.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in parents(node))
    return list({id(node): node for node in found}.values())


@wrong("graph.topological_order")
def visited_by_value(root, parents):
    """Two nodes may hold equal numbers and be two nodes all the same. What tells them apart is
    `id(node)`, or the node itself in a set."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) == id(root) or node.value not in seen:
            seen.add(node.value)
            stack.append((node, True))
            stack.extend((parent, False) for parent in parents(node))
    return order


@wrong("graph.topological_order")
def adds_the_node_and_tests_its_id(root, parents):
    """The set holds nodes, and the question is about ids: the answer is always no. Put in what you
    ask for."""
    order, seen = [], set()

    def visit(node):
        if id(node) in seen:
            return
        seen.add(node)
        for parent in parents(node):
            visit(parent)
        order.append(node)

    visit(root)
    return order


@wrong("graph.topological_order")
def reversed_order(root, parents):
    """That is the order for the way back, from the root to the leaves. Here the parents come
    first; whoever walks back turns it round."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in parents(node))
    return order[::-1]


@wrong("graph.topological_order")
def forgets_leaves(root, parents):
    """Only nodes that have parents are written down. Leaves belong to the order as well."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen and parents(node):
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in parents(node))
    return order


@wrong("graph.topological_order")
def forgets_the_root(root, parents):
    """Everything is there but the root itself, which comes last. Who writes it down?"""
    order, seen = [], set()
    stack = [(parent, False) for parent in parents(root)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in parents(node))
    return order


@wrong("graph.topological_order")
def appends_on_first_pop(root, parents):
    """When a node comes off the stack for the first time its parents are not in the order yet.
    It has to go back below them, and is written down the second time."""
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            stack.extend(parents(node))
    return order


@wrong("graph.topological_order")
def first_pops_turned_round(root, parents):
    """Turning round what came off the stack first is right for a chain and a tree, and for a
    simple diamond. Try paths of unequal length, the short one first and the short one last."""
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            stack.extend(parents(node))
    return order[::-1]


@wrong("graph.topological_order")
def marks_on_push(root, parents):
    """A node counts as seen when it is put on the stack, so a longer path to it finds it marked
    and does not wait for it. Mark it when it comes off."""
    order, seen, stack = [], {id(root)}, [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        else:
            stack.append((node, True))
            for parent in parents(node):
                if id(parent) not in seen:
                    seen.add(id(parent))
                    stack.append((parent, False))
    return order


@wrong("graph.topological_order")
def asks_the_node_itself(root, parents):
    """Whoever calls this says by `parents` what counts as a parent; later it will not be all of
    them. Ask `parents(node)`, not `node.parents`."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@wrong("graph.topological_order")
def marks_the_nodes(root, parents):
    """The first call is right. But the marks stay on the nodes, and whoever asks a second time gets
    nothing. Keep them in a set that lives as long as the call."""
    order, stack = [], [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif not hasattr(node, "visited"):
            node.visited = True
            stack.append((node, True))
            stack.extend((parent, False) for parent in parents(node))
    return order


@wrong("graph.topological_order")
def list_of_the_visited(root, parents):
    """Right, but `in` looks through a list from the start: for n nodes that is n times n / 2 looks.
    A set knows at once."""
    order, seen, stack = [], [], [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.append(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in parents(node))
    return order


@wrong("graph.topological_order")
def follows_one_parent(root, parents):
    """This walks one way back and takes no turning. A node may have two parents, and all that they
    were computed from belongs here too."""
    order, node = [root], root
    while parents(node):
        node = parents(node)[0]
        order.append(node)
    return order[::-1]


@right("graph.topological_order")
def pairs_on_a_stack(root, parents):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack += [(node, True)] + [(parent, False) for parent in parents(node)]
    return order


@right("graph.topological_order")
def stack_of_iterators(root, parents):
    order, seen = {}, {id(root)}
    stack = [(root, iter(parents(root)))]
    while stack:
        node, rest = stack[-1]
        for parent in rest:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parents(parent))))
                break
        else:
            order[id(node)] = node
            stack.pop()
    return tuple(order.values())


@right("graph.topological_order")
def looks_again_until_the_parents_are_there(root, parents):
    order, stack = {}, [root]
    while stack:
        node = stack[-1]
        missing = [parent for parent in parents(node) if id(parent) not in order]
        if missing:
            stack.append(missing[0])
        else:
            order[id(stack.pop())] = node
    return list(order.values())


# kahn-order


@wrong("graph.kahn_order")
def counts_twice_and_takes_away_once(root, parents):
    """In x * x the product waits for two uses of x, and x reports only once. Count the same on both
    sides: two uses and two reports, or one and one."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(parents(node)) for node in nodes}
    children = {id(node): {} for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)][id(node)] = node
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)].values():
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    if len(order) < len(nodes):
        raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


@wrong("graph.kahn_order")
def counts_once_and_takes_away_twice(root, parents):
    """With x twice and y once among its inputs, a node waits for two parents, and the two reports
    of x let it go before y. Count the same on both sides: uses, or different parents."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(set(parents(node))) for node in nodes}
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)]:
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    if len(order) < len(nodes):
        raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


@wrong("graph.kahn_order")
def starts_from_the_root(root, parents):
    """This order begins with the root, which was computed last. Begin with those who wait for
    nobody: the leaves."""
    nodes = reachable(root, parents)
    waiting = {id(node): 0 for node in nodes}
    for node in nodes:
        for parent in parents(node):
            waiting[id(parent)] += 1
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for parent in parents(node):
            waiting[id(parent)] -= 1
            if waiting[id(parent)] == 0:
                order.append(parent)
    if len(order) < len(nodes):
        raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


@wrong("graph.kahn_order")
def drops_what_waits_for_ever(root, parents):
    """On a cycle everybody waits for somebody, so those nodes never get their turn, and are missing
    in silence. Compare how many nodes there are with how many came."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(parents(node)) for node in nodes}
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)]:
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    return order


@wrong("graph.kahn_order")
def counts_children_the_root_does_not_need(root, parents):
    """A node may have children that have nothing to do with this root, and they never report. Count
    only what can be reached from the root."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(node.children) for node in nodes}
    order = [root]
    for node in order:
        for parent in parents(node):
            waiting[id(parent)] -= 1
            if waiting[id(parent)] == 0:
                order.append(parent)
    if len(order) < len(nodes) or find_cycle(root, parents):
        raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order[::-1]


@wrong("graph.kahn_order")
def searches_the_order(root, parents):
    """Right, but `in` looks through a list from the start, for every node anew: with 20,000 nodes
    you could go for a walk. Count down instead of searching."""
    nodes = reachable(root, parents)
    order = []
    while len(order) < len(nodes):
        before = len(order)
        for node in reversed(nodes):
            if node not in order and all(parent in order for parent in parents(node)):
                order.append(node)
        if len(order) == before:
            raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


@wrong("graph.kahn_order")
def asks_everybody_each_round(root, parents):
    """Right, but each round asks every node whether it is ready, for the sake of one that is. Let a
    finished node tell its children."""
    nodes, done = reachable(root, parents), {}
    while len(done) < len(nodes):
        ready = [
            node
            for node in nodes
            if id(node) not in done and all(id(parent) in done for parent in parents(node))
        ]
        if not ready:
            raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
        done |= {id(node): node for node in ready}
    return list(done.values())


@wrong("graph.kahn_order")
def takes_the_edges_out_of_the_graph(root, parents):
    """The algorithm says to remove edges, and you removed them from somebody's graph: now it has
    none. Remove them from a count of your own."""
    nodes, order = reachable(root, parents), []
    circle = find_cycle(root, parents)
    if circle:
        raise CycleError(f"a cycle, each node from the one before: {circle}")
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    ready = [node for node in nodes if not parents(node)]
    while ready:
        node = ready.pop()
        order.append(node)
        for child in children[id(node)]:
            parents(child).remove(node)
            if not parents(child):
                ready.append(child)
    return order


@wrong("graph.kahn_order")
def names_all_that_wait(root, parents):
    """Nodes after the cycle wait as well, though they are not on it. `find_cycle` knows who is."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(parents(node)) for node in nodes}
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)]:
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    if len(order) < len(nodes):
        raise CycleError(f"a cycle: {[node for node in nodes if waiting[id(node)]]}")
    return order


@wrong("graph.kahn_order")
def names_nobody(root, parents):
    """Whoever reads this message knows that there is a cycle and not where. `find_cycle` lists its
    nodes: put them in."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(parents(node)) for node in nodes}
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)]:
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    if len(order) < len(nodes):
        raise CycleError("this graph has a cycle")
    return order


@wrong("graph.kahn_order")
def raises_another_error(root, parents):
    """The message is good, and its kind is another: who calls this waits for a CycleError."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(parents(node)) for node in nodes}
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)]:
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    if len(order) < len(nodes):
        raise RuntimeError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


@wrong("graph.kahn_order")
def looks_at_the_end_only(root, parents):
    """If there are no leaves at all, nobody is ready, and the order is empty: then it has no last
    node to look at. Compare the number of nodes instead."""
    nodes = reachable(root, parents)
    waiting = {id(node): len(parents(node)) for node in nodes}
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)]:
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    if order[-1] is not root:
        raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


@wrong("graph.kahn_order")
def ready_at_the_first_report(root, parents):
    """A child is ready when its last parent has reported, not its first. Look at the count before
    you append."""
    nodes = reachable(root, parents)
    children = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if not parents(node)]
    seen = {id(node) for node in order}
    for node in order:
        for child in children[id(node)]:
            if id(child) not in seen:
                seen.add(id(child))
                order.append(child)
    if find_cycle(root, parents):
        raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


@right("graph.kahn_order")
def one_report_for_each_parent(root, parents):
    nodes = reachable(root, parents)
    waiting = {node: set(parents(node)) for node in nodes}
    children = {node: [] for node in nodes}
    for node in nodes:
        for parent in waiting[node]:
            children[parent].append(node)
    order, ready = [], [node for node in nodes if not waiting[node]]
    while ready:
        node = ready.pop()
        order.append(node)
        for child in children[node]:
            waiting[child].discard(node)
            if not waiting[child]:
                ready.append(child)
    if len(order) != len(nodes):
        raise CycleError(" -> ".join(repr(node) for node in find_cycle(root, parents)))
    return order


@right("graph.kahn_order")
def from_the_root_and_turned_round(root, parents):
    uses, nodes = {id(root): 0}, [root]
    for node in nodes:
        for parent in parents(node):
            if id(parent) not in uses:
                nodes.append(parent)
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    order = [node for node in nodes if not uses[id(node)]]
    for node in order:
        for parent in parents(node):
            uses[id(parent)] -= 1
            if not uses[id(parent)]:
                order.append(parent)
    if any(uses.values()):
        raise CycleError(str(find_cycle(root, parents)))
    return order[::-1]


@right("graph.kahn_order")
def looks_for_a_cycle_first(root, parents):
    if circle := find_cycle(root, parents):
        raise CycleError("nobody can come first here: " + ", ".join(map(str, circle)))
    nodes = reachable(root, parents)
    waiting = {id(node): len(list(parents(node))) for node in nodes}
    children = {}
    for node in nodes:
        for parent in parents(node):
            children.setdefault(id(parent), []).append(node)
    order, ready = [], [node for node in nodes if waiting[id(node)] == 0]
    while ready:
        order.append(ready.pop(0))
        for child in children.get(id(order[-1]), []):
            waiting[id(child)] -= 1
            ready += [child] if waiting[id(child)] == 0 else []
    return tuple(order)


# value-backward


@wrong("scalar.Value.backward")
def recursion_without_an_order(self):
    """A node that is used twice passes its gradient on before the second contribution is there, and
    then once more. Everybody waits until all children have had their turn: that is the order."""
    self.grad = 1.0

    def visit(node):
        node._backward()
        for parent in node._prev:
            visit(parent)

    visit(self)


@wrong("scalar.Value.backward")
def nearest_to_the_root_first(self):
    """A short path may reach a node before a long one does; then it has its turn too early. The
    order has to look at all paths."""
    self.grad = 1.0
    queue, seen = [self], {id(self)}
    for node in queue:
        node._backward()
        for parent in node._prev:
            if id(parent) not in seen:
                seen.add(id(parent))
                queue.append(parent)


@wrong("scalar.Value.backward")
def one_path_to_its_end_first(self):
    """A node has its turn here as soon as one path has come to it, and another child may still have
    something to bring. Ask for an order in which it stands after all of them."""
    self.grad = 1.0
    stack, seen = [self], set()
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            node._backward()
            stack.extend(node._prev)


@wrong("scalar.Value.backward")
def order_not_reversed(self):
    """The leaves have their turn first here, when nobody has a gradient yet. Gradients start at
    the root."""
    self.grad = 1.0
    for node in topological_order(self, lambda node: node._prev):
        node._backward()


@wrong("scalar.Value.backward")
def nothing_to_start_from(self):
    """Every gradient is made from that of a child. Who has one at the start, and what is
    it?"""
    for node in reversed(topological_order(self, lambda node: node._prev)):
        node._backward()


@wrong("scalar.Value.backward")
def starts_too_late(self):
    """The root gets its 1 when the walk is over, and nobody has had anything to pass on."""
    for node in reversed(topological_order(self, lambda node: node._prev)):
        node._backward()
    self.grad = 1.0


@wrong("scalar.Value.backward")
def adds_the_first_1(self):
    """The gradient of the root by itself is 1, however often you ask. With += it is 2 in the second
    call."""
    self.grad += 1.0
    for node in reversed(topological_order(self, lambda node: node._prev)):
        node._backward()


@wrong("scalar.Value.backward")
def wipes_the_slate_first(self):
    """What earlier calls have added has to stay: the gradients of two roots add up. To wipe is the
    job of zero_grad, when somebody asks for it."""
    order = topological_order(self, lambda node: node._prev)
    for node in order:
        node.grad = 0.0
    self.grad = 1.0
    for node in reversed(order):
        node._backward()


@wrong("scalar.Value.backward")
def wipes_parents_in_the_walk(self):
    """Before a node passes anything on, its parents are set to 0, and with that they lose what
    other children have brought."""
    self.grad = 1.0
    for node in reversed(topological_order(self, lambda node: node._prev)):
        for parent in node._prev:
            parent.grad = 0.0
        node._backward()


@wrong("scalar.Value.backward")
def leaves_the_root_out(self):
    """The root is the first that has something to pass on. Without its own `_backward`, nobody gets
    anything."""
    self.grad = 1.0
    order = topological_order(self, lambda node: node._prev)
    for node in reversed(order[:-1]):
        node._backward()


@wrong("scalar.Value.backward")
def stops_at_a_gradient_of_0(self):
    """A node with a gradient of 0 has nothing to pass on; but there are others behind it that have
    something. Go on."""
    self.grad = 1.0
    for node in reversed(topological_order(self, lambda node: node._prev)):
        if node.grad == 0:
            break
        node._backward()


@wrong("scalar.Value.backward")
def once_for_each_edge(self):
    """One call of `_backward` serves all parents of a node. With a call for each of them, a product
    brings everything twice."""
    self.grad = 1.0
    for node in reversed(topological_order(self, lambda node: node._prev)):
        for _ in node._prev:
            node._backward()


@wrong("scalar.Value.backward")
def a_leaf_has_no_gradient(self):
    """A leaf passes nothing on, but its own gradient by itself is 1, like that of any root."""
    if not self._prev:
        return
    self.grad = 1.0
    for node in reversed(topological_order(self, lambda node: node._prev)):
        node._backward()


@wrong("scalar.Value.backward")
def walks_all_paths_for_the_order(self):
    """The gradients are right, but the order is found by walking every path, and 40 doublings have
    more than a million million. Your topological_order visits each node once."""
    found, stack = [], [(self, False)]
    while stack:
        node, done = stack.pop()
        if done:
            found.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in node._prev)
    self.grad = 1.0
    for node in reversed({id(node): node for node in found}.values()):
        node._backward()


@wrong("scalar.Value.backward")
def another_recursion(self):
    """The gradients are right, until a graph is a thousand nodes deep. You have written an order
    that does not mind the depth: use it."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node._prev:
                visit(parent)
            order.append(node)

    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()


@right("scalar.Value.backward")
def by_kahn(self):
    self.grad = 1.0
    for node in kahn_order(self, lambda node: node.parents)[::-1]:
        node._backward()


@right("scalar.Value.backward")
def passes_zeros_by(self):
    order = list(topological_order(self, lambda node: node._prev))
    self.grad = 1.0
    while order:
        node = order.pop()
        if node.grad and node._prev:
            node._backward()


@right("scalar.Value.backward")
def counts_the_children(self):
    waiting = {id(self): 0}
    nodes = reachable(self, lambda node: node._prev)
    for node in nodes:
        for parent in node._prev:
            waiting[id(parent)] = waiting.get(id(parent), 0) + 1
    self.grad, ready = 1.0, [self]
    while ready:
        node = ready.pop()
        node._backward()
        for parent in node._prev:
            waiting[id(parent)] -= 1
            if waiting[id(parent)] == 0:
                ready.append(parent)


# zero-grad


@wrong("scalar.zero_grad")
def zeroes_leaves_only(root):
    """Every Value keeps its gradient, not only the leaves. What is left on a node in the middle is
    passed on once more by the next backward."""
    for node in topological_order(root, lambda node: node._prev):
        if not node._prev:
            node.grad = 0.0


@wrong("scalar.zero_grad")
def zeroes_the_root_only(root):
    """The root gets its 1 anew anyway. It is all the others that remember."""
    root.grad = 0.0


@wrong("scalar.zero_grad")
def zeroes_one_step_back(root):
    """The parents of the root are 0, and their parents are not. Which function lists them all?"""
    root.grad = 0.0
    for parent in root._prev:
        parent.grad = 0.0


@wrong("scalar.zero_grad")
def zeroes_all_but_the_root(root):
    """Everything below the root is 0. Its own 1 is still there."""
    for node in topological_order(root, lambda node: node._prev)[:-1]:
        node.grad = 0.0


@wrong("scalar.zero_grad")
def sets_none(root):
    """To None nothing can be added: the next `+=` fails. The gradient that adds nothing is 0."""
    for node in topological_order(root, lambda node: node._prev):
        node.grad = None


@wrong("scalar.zero_grad")
def zeroes_the_data(root):
    """These are the numbers themselves. The gradients are in `grad`."""
    for node in topological_order(root, lambda node: node._prev):
        node.data = 0.0


@wrong("scalar.zero_grad")
def zeroes_both(root):
    """The gradients are 0, and the numbers too: a network would forget all that it has learned."""
    for node in topological_order(root, lambda node: node._prev):
        node.data = node.grad = 0.0


@wrong("scalar.zero_grad")
def stops_where_it_is_0(root):
    """A node with a gradient of 0 may well have parents with another, from another root or another
    call. Go on behind it."""
    if root.grad:
        root.grad = 0.0
        for parent in root._prev:
            zero_grad(parent)


@wrong("scalar.zero_grad")
def zeroes_along_every_path(root):
    """Right for small graphs. But what is used twice is zeroed twice, and all behind it, and 40
    doublings have more than a million million paths."""
    root.grad = 0.0
    for parent in root._prev:
        zero_grad(parent)


@wrong("scalar.zero_grad")
def disarms_the_nodes(root):
    """The gradients are 0, and will be for ever: without `_backward` no node can pass anything
    on. The graph is still needed."""
    for node in topological_order(root, lambda node: node._prev):
        node.grad = 0.0
        node._backward = lambda: None


@right("scalar.zero_grad")
def reaches_all(root):
    for node in reachable(root, lambda node: node.parents):
        node.grad = 0


@right("scalar.zero_grad")
def with_a_stack(root):
    seen, stack = set(), [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            node.grad *= 0.0
            stack += node._prev


@right("scalar.zero_grad")
def takes_away_what_is_there(root):
    for node in kahn_order(root, lambda node: node._prev):
        node.grad -= node.grad


# print-graph


@wrong("graph.print_graph")
def depth_not_passed_on(root, indent=0):
    """All lines stand at the same depth: each call starts from 0 again. Tell the next call that it
    is one deeper."""
    print(f"{'  ' * indent}{root.shape} <- {root.grad_fn or 'leaf'}")
    for parent in root.parents:
        print_graph(parent)


@wrong("graph.print_graph")
def depth_from_nothing(root, indent=0):
    """Two times 0 is 0, so nothing ever moves to the right. One deeper is one more."""
    print(f"{'  ' * indent}{root.shape} <- {root.grad_fn or 'leaf'}")
    for parent in root.parents:
        print_graph(parent, indent * 2)


@wrong("graph.print_graph")
def one_deeper_only(root, indent=0):
    """The first step to the right is there, and then no other. One deeper than what?"""
    print(f"{'  ' * indent}{root.shape} <- {root.grad_fn or 'leaf'}")
    for parent in root.parents:
        print_graph(parent, 1)


@wrong("graph.print_graph")
def parents_before_the_node(root, indent=0):
    """The root is the first line, and what it was computed from stands below. Print before you go
    on."""
    for parent in root.parents:
        print_graph(parent, indent + 1)
    print(f"{'  ' * indent}{root.shape} <- {root.grad_fn or 'leaf'}")


@wrong("graph.print_graph")
def hides_the_second_time(root, indent=0):
    """What is used twice is printed twice: each line says what the line above it was computed
    from. So no list of the visited here."""
    seen, stack = set(), [(root, indent)]
    while stack:
        node, depth = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            print(f"{'  ' * depth}{node.shape} <- {node.grad_fn or 'leaf'}")
            stack.extend((parent, depth + 1) for parent in reversed(node.parents))


@wrong("graph.print_graph")
def leaf_printed_as_none(root, indent=0):
    """For a leaf, `grad_fn` is None. The word to print is another: `or` helps."""
    print(f"{'  ' * indent}{root.shape} <- {root.grad_fn}")
    for parent in root.parents:
        print_graph(parent, indent + 1)


@wrong("graph.print_graph")
def operation_before_the_shape(root, indent=0):
    """Read the example once more: what stands to the left of the arrow, and what to the right?"""
    print(f"{'  ' * indent}{root.grad_fn or 'leaf'} <- {root.shape}")
    for parent in root.parents:
        print_graph(parent, indent + 1)


@wrong("graph.print_graph")
def first_parent_only(root, indent=0):
    """An operation may have several inputs, and each has its line."""
    print(f"{'  ' * indent}{root.shape} <- {root.grad_fn or 'leaf'}")
    for parent in root.parents[:1]:
        print_graph(parent, indent + 1)


@wrong("graph.print_graph")
def parents_from_last_to_first(root, indent=0):
    """Everything is there, but the inputs stand in the wrong order: a stack gives back last what it
    got first."""
    stack = [(root, indent)]
    while stack:
        node, depth = stack.pop()
        print(f"{'  ' * depth}{node.shape} <- {node.grad_fn or 'leaf'}")
        stack.extend((parent, depth + 1) for parent in node.parents)


@wrong("graph.print_graph")
def level_by_level(root, indent=0):
    """All nodes of one depth stand together here, and it cannot be seen whose parents they are. The
    parents of a node follow at once, before its neighbour."""
    queue = [(root, indent)]
    for node, depth in queue:
        print(f"{'  ' * depth}{node.shape} <- {node.grad_fn or 'leaf'}")
        queue.extend((parent, depth + 1) for parent in node.parents)


@wrong("graph.print_graph")
def shape_by_hand(root, indent=0):
    """The shape (1,) has a comma, or it would be the number 1 in parentheses. Python writes it by
    itself if you print the shape as it is."""
    shape = ", ".join(str(length) for length in root.shape)
    print(f"{'  ' * indent}({shape}) <- {root.grad_fn or 'leaf'}")
    for parent in root.parents:
        print_graph(parent, indent + 1)


@wrong("graph.print_graph")
def returns_the_text(root, indent=0):
    """This makes the right text and keeps it: nobody sees it until it is printed."""
    text = f"{'  ' * indent}{root.shape} <- {root.grad_fn or 'leaf'}"
    for parent in root.parents:
        text += "\n" + print_graph(parent, indent + 1)
    return text


@right("graph.print_graph")
def by_recursion(root, indent=0):
    prefix = "  " * indent
    print(f"{prefix}{root.shape} <- {root.grad_fn or 'leaf'}")
    for parent in root.parents:
        print_graph(parent, indent + 1)


@right("graph.print_graph")
def all_lines_at_once(root, indent=0):
    def lines(node, depth):
        yield "    " * depth + str(node.shape) + " <- " + (node.grad_fn or "leaf")
        for parent in node.parents:
            yield from lines(parent, depth + 1)

    print("\n".join(lines(root, indent)))


# edges


@wrong("graph.edges")
def direction_flipped(root):
    """An edge goes from what was used to what was computed from it. So who stands first in the
    pair?"""
    order = topological_order(root, lambda node: node.parents)
    return [(child, parent) for child in order for parent in child.parents]


@wrong("graph.edges")
def double_edges_once(root):
    """x * x has two edges from x to the product, one for each use. A set keeps only one of
    them."""
    order = topological_order(root, lambda node: node.parents)
    return list({(parent, child) for child in order for parent in child.parents})


@wrong("graph.edges")
def along_every_path(root):
    """What is used twice is visited twice, and so its edges are listed twice. Go through the nodes,
    each once."""
    found = [(parent, root) for parent in root.parents]
    for parent in root.parents:
        found += edges(parent)
    return found


@wrong("graph.edges")
def walks_every_path(root):
    """The edges are right, but they are found by walking every path, and there may be a thousand
    million. Go through the nodes, each once."""
    found, stack = {}, [root]
    while stack:
        child = stack.pop()
        for place, parent in enumerate(child.parents):
            found[id(child), place] = (parent, child)
            stack.append(parent)
    return list(found.values())


@wrong("graph.edges")
def edges_of_the_root_only(root):
    """These are the edges that lead to the root. Its parents were computed too, from parents of
    their own."""
    return [(parent, root) for parent in root.parents]


@wrong("graph.edges")
def children_from_elsewhere(root):
    """A node may have children that the root was not computed from. Ask each node for its parents
    instead."""
    order = topological_order(root, lambda node: node.parents)
    return [(parent, child) for parent in order for child in parent.children]


@wrong("graph.edges")
def takes_edges_out(root):
    """Each edge is right, and afterwards the graph has none left. Look at `parents`, and leave them
    where they are."""
    found = []
    for child in topological_order(root, lambda node: node.parents):
        while child.parents:
            found.append((child.parents.pop(0), child))
    return found


@wrong("graph.edges")
def pairs_of_neighbours_in_the_order(root):
    """Who stand side by side in the order need not be parent and child, and who are need not stand
    side by side."""
    order = topological_order(root, lambda node: node.parents)
    return list(zip(order, order[1:]))


@right("graph.edges")
def from_all_that_is_reached(root):
    found = []
    for child in reachable(root, lambda node: node.parents):
        found.extend((parent, child) for parent in child.parents)
    return found


@right("graph.edges")
def edges_by_recursion(root):
    found, seen = [], set()

    def visit(child):
        if child not in seen:
            seen.add(child)
            for parent in child.parents:
                found.append([parent, child])
                visit(parent)

    visit(root)
    return found
