"""The program that comes with a student's library."""

NAME, PICTURE = "train_digits.py", "loss_curve.png"
TEXT = '''"""Train a network on handwritten digits, with the gradloom that lies beside this file.

The digits: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998), UCI Machine
Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.
"""

from pathlib import Path
from time import perf_counter

from gradloom import cross_entropy, nn, optim, plots
from gradloom.data import load_digits, train_test_split
from gradloom.training import accuracy, fit

HERE = Path(__file__).parent

train, test = train_test_split(*load_digits(HERE / "data" / "digits.npz"), seed=0)
model = nn.MLP([64, 128, 10], seed=0)
optimizer = optim.Adam(model.parameters(), lr=0.003)

start = perf_counter()
history = fit(model, optimizer, train, cross_entropy, epochs=30, validation=test)
seconds = perf_counter() - start
print(f"{len(history.train_losses)} epochs in {seconds:.1f} s.")
print(f"Of {len(test[1])} images that it has never seen it reads {accuracy(model, *test):.1%}.")

picture = plots.loss_curves(history.train_losses, history.validation_losses)
picture.save(HERE / "loss_curve.png")
print(f"{picture}")
'''
