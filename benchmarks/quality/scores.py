"""How well a grouping agrees with labels that it has not seen."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, roc_auc_score

Names = Sequence[object]


def agreement(labels: Names, found: Names) -> dict[str, float]:
    """V-measure (which is NMI with arithmetic mean), adjusted Rand index, and accuracy under the best one-to-one naming."""
    truth, groups = (np.unique([str(one) for one in part], return_inverse=True)[1] for part in (labels, found))
    table = np.zeros((groups.max() + 1, truth.max() + 1))
    np.add.at(table, (groups, truth), 1)
    best = table[linear_sum_assignment(-table)].sum()
    return {
        "v": float(normalized_mutual_info_score(truth, groups)),
        "ari": float(adjusted_rand_score(truth, groups)),
        "accuracy": float(best / len(truth)),
    }


def separation(same: Sequence[bool], similarity: npt.NDArray[np.floating]) -> dict[str, float]:
    """AUC, and the accuracy at the best threshold (of these pairs: on others it is a little lower)."""
    truth = np.asarray(same)[np.argsort(similarity, kind="stable")]
    right = np.concatenate([[0], np.cumsum(~truth)]) + np.concatenate([np.cumsum(truth[::-1])[::-1], [0]])
    return {"auc": float(roc_auc_score(np.asarray(same), similarity)), "accuracy": float(right.max() / len(truth))}
